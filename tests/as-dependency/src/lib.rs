//! An app that pushes; its browser tests ask pushcheck first whether the network lets it.
