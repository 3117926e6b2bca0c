/** A form of an incident that is missed: how it falls short, and why. */
export type KnownMiss = { readonly how: 'silent' | 'elsewhere' | 'phase' | 'weak'; readonly why: string }

/** By `incident#form`. The test fails where one of them is found by now: then it goes from this list. */
export const knownMisses: Readonly<Record<string, KnownMiss>> = {
  'axios-2026#1': {
    how: 'silent',
    why: 'a dependency that no file imports is an identity fact; the code of this package is clean',
  },
  'beavertail#3': {
    how: 'silent',
    why: 'JSON of editors in a template folder is data to the package: nothing reads or copies it by a known path',
  },
  'biz44-id44#2': {
    how: 'elsewhere',
    why: 'flagged inside the text that node -e runs, which is reported as a file of its own, not at the line that starts it',
  },
  'bs58-codecs#2': {
    how: 'silent',
    why: 'a plain parameter kept by a timer and sent to one fixed host: what every analytics client does',
  },
  'bs58js-clipboard-redis#0': { how: 'weak', why: 'the way through the store is uncertain, so it asks' },
  'coa-rc#0': {
    how: 'elsewhere',
    why: 'flagged where the batch file is started; regsvr32 on the downloaded DLL is not followed inside it',
  },
  'colors-faker#1': {
    how: 'silent',
    why: 'a loop inside a function of a package that reaches nothing outside is not looked at',
  },
  'dydx#1': {
    how: 'elsewhere',
    why: 'flagged at the shared request function, where the data leaves, not at the call that hands it over',
  },
  'electron-native-notify#0': {
    how: 'silent',
    why: "handlers that another program's process gives data to have no source",
  },
  'electron-native-notify#1': {
    how: 'silent',
    why: "text given to Electron's executeJavaScript is not read as code with a result",
  },
  'event-stream#0': {
    how: 'silent',
    why: 'a module name decoded by a function of the file is not resolved, so nothing it gives is known',
  },
  'getcookies#1': {
    how: 'silent',
    why: "a request body that passes through a helper's parameter is only a plain parameter",
  },
  'getcookies#2': { how: 'silent', why: 'what a server the package opens receives is no source' },
  'ghost-campaign#0': {
    how: 'elsewhere',
    why: 'the address comes out of a fetched page; flagged at the download, not at the start by sudo',
  },
  'ghost-campaign#1': { how: 'silent', why: 'a dialog that asks for the password is no source' },
  'glassworm#1': {
    how: 'silent',
    why: 'six private-use characters are below the count, and the constructor of an async function is not seen as Function',
  },
  'image-steganography#1': { how: 'silent', why: 'pixels read through an image library are no source' },
  'ledger-connect-kit#0': {
    how: 'weak',
    why: 'code from a fixed host, run when called: honest loaders of scripts do that, so it asks',
  },
  'ledger-connect-kit#1': {
    how: 'weak',
    why: 'the package calls itself a wallet connector, and those define that function, so it asks',
  },
  'ledger-connect-kit#2': {
    how: 'elsewhere',
    why: 'flagged where the accounts are reported; the approval itself is a call of the wallet',
  },
  'lottie-player#1': {
    how: 'elsewhere',
    why: 'flagged where the accounts are sent; the answer as a transaction is a call of the wallet',
  },
  'lottie-player#2': { how: 'silent', why: 'a script element added to a page is no sink' },
  'mini-shai-hulud#1': {
    how: 'elsewhere',
    why: 'flagged at the function that writes, not at the call that names the path',
  },
  'node-sysmon-native#0': { how: 'silent', why: 'C sources are not read' },
  'node-sysmon-native#2': { how: 'silent', why: 'functions of native addons are no sinks' },
  'nomicsfoundation#0': {
    how: 'silent',
    why: 'data encrypted through a public-key cipher on the way is lost',
  },
  'nomicsfoundation#1': { how: 'silent', why: "a project's own file is no credential file by its name" },
  'nppacks#0': { how: 'elsewhere', why: 'flagged at the head of package.json: dependencies carry no line' },
  'nppacks#1': { how: 'elsewhere', why: 'flagged at the head of package.json: dependencies carry no line' },
  'nppacks#2': {
    how: 'silent',
    why: "a tarball over https is a note: honest packages depend on vendors' tarballs under popular names",
  },
  'pancake-uniswap#2': { how: 'silent', why: 'approvals through a wallet library are no sinks' },
  'polymarketdev#2': {
    how: 'silent',
    why: 'the flow through the agent tool that holds the key as a field is lost',
  },
  'pumpswap-raydium#1': { how: 'silent', why: 'random bytes the package makes are no source' },
  'qix-chalk-debug#1': {
    how: 'silent',
    why: 'the provider of a wallet passed through a local name is not seen as patched',
  },
  'reverse-shells#2': { how: 'silent', why: 'the shell line is computed before it runs' },
  'rspack#2': {
    how: 'elsewhere',
    why: "flagged where the program is loaded; the miner's login is sent over a socket later",
  },
  'smtp-key-theft#1': { how: 'weak', why: 'the way through another function is uncertain, so it asks' },
  'solana-systemprogram-utils#2': {
    how: 'silent',
    why: 'a patched function of an SDK without any host to send to is a note',
  },
  'solana-web3js#0': { how: 'weak', why: 'the flow is uncertain, so it asks' },
  'teampcp#1': {
    how: 'silent',
    why: 'a Python program started with sudo; memory of another process is no source',
  },
  'ts-bign#2': { how: 'silent', why: 'files found by a glob have no path to judge' },
  'ultralytics#2': { how: 'silent', why: 'what a worker thread writes to a socket line by line is no fact' },
  'wasm-loader#0': {
    how: 'weak',
    why: 'text that comes out of a WebAssembly module as a whole is evaluated: it asks, as glue code does odd things',
  },
  'wasm-loader#1': {
    how: 'weak',
    why: 'a command out of a WebAssembly module: it asks',
  },
}

/** An attack of `test/fixtures/unseen` that is missed, by its id. */
export const unseenMisses: Readonly<Record<string, KnownMiss>> = {
  'decorated-client-ts': {
    how: 'silent',
    why: 'a decorator passes on all arguments of a method at once: the names of its parameters are not theirs',
  },
  'shell-functions-tar': {
    how: 'weak',
    why: 'what one function of a shell script prints and another packs and sends is not followed: the host name is',
  },
  'module-load-wrapper': {
    how: 'silent',
    why: 'what another package gives, when it was loaded through a replaced loader, has no source',
  },
  'constructor-of-filter': {
    how: 'silent',
    why: "the constructor of a list's method by a name put together: nothing in the file names what evaluates",
  },
  'module-written-and-forked': {
    how: 'elsewhere',
    why: 'flagged inside the text that is written and started, which is reported as a file of its own',
  },
  'eval-through-timers': {
    how: 'silent',
    why: 'a text given to a timer is taken for a function: libraries hand timers what they were given',
  },
  'wallet-files-zipped': {
    how: 'silent',
    why: 'a form that sends itself is no way out: only requests are',
  },
  'approve-all-spender': { how: 'silent', why: 'approvals through a wallet library are no sinks' },
  'then-chain-indirect': {
    how: 'elsewhere',
    why: 'a chain of calls over several lines is reported where it begins',
  },
  'hand-made-hiding': {
    how: 'silent',
    why: 'a text computed from the clock is evaluated: where it comes from cannot be followed, which is a note',
  },
  'git-push-secrets': {
    how: 'elsewhere',
    why: 'flagged where git is started, not where the folders are copied',
  },
  'octokit-gist': { how: 'weak', why: 'the environment goes to GitHub itself, a known service, so it asks' },
}
