//! The numbers of a request.

use crate::problem::Problem;

/// The value of `name` in a query, a whole number in decimal digits; `or` where it is not named. Others are ignored:
/// a page may add some to have a fresh path.
pub(crate) fn number(query: Option<&str>, name: &'static str, or: u64) -> Result<u64, Problem> {
    let mut found = None;
    for pair in query.unwrap_or_default().split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if key != name {
            continue;
        }
        let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
        match value.parse() {
            Ok(number) if digits && found.is_none() => found = Some(number),
            _ => return Err(Problem::malformed(name)),
        }
    }
    Ok(found.unwrap_or(or))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_one_whole_number_is_taken() {
        let after = |query| number(Some(query), "after", 7).ok();
        assert_eq!(after("x=1&after=12"), Some(12));
        assert_eq!(after("afterwards=1"), Some(7));
        for wrong in [
            "after",
            "after=",
            "after=-1",
            "after=+1",
            "after=1.5",
            "after=1&after=2",
            "after=18446744073709551616",
        ] {
            assert_eq!(after(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_query_is_read_or_refused(query in ".{0,200}", n: u64) {
            let _ = number(Some(&query), "after", 0);
            let clean = query.replace('&', "");
            prop_assert_eq!(number(Some(&format!("x{clean}&after={n}")), "after", 0).ok(), Some(n));
        }
    }
}
