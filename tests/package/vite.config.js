export default { base: "./", logLevel: "warn", build: { emptyOutDir: true } };
