/** A form of an incident that is missed: how it falls short, and why. */
export type KnownMiss = { readonly how: 'silent' | 'elsewhere' | 'phase' | 'weak'; readonly why: string }

/** By `incident#form`. The test fails where one of them is found by now: then it goes from this list. */
export const knownMisses: Readonly<Record<string, KnownMiss>> = {
  'axios-2026#1': {
    how: 'silent',
    why: 'a dependency that no file imports is an identity fact; the code of this package is clean',
  },
  'coa-rc#0': {
    how: 'elsewhere',
    why: 'flagged where the batch file is started; regsvr32 on the downloaded DLL is not followed inside it',
  },
  'electron-native-notify#1': {
    how: 'weak',
    why: 'what a page keeps in its storage, sent on import: analytics do that with one item, so it asks',
  },
  'ghost-campaign#0': {
    how: 'elsewhere',
    why: 'the address comes out of a fetched page; flagged at the download, not at the start by sudo',
  },
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
  'lottie-player#2': {
    how: 'elsewhere',
    why: 'flagged where the encoded address is set, not where the element is added to the page',
  },
  'mini-shai-hulud#1': {
    how: 'elsewhere',
    why: 'flagged at the function that writes, not at the call that names the path',
  },
  'node-sysmon-native#0': { how: 'silent', why: 'C sources are not read' },
  'nomicsfoundation#0': {
    how: 'silent',
    why: 'what a build tool hands to the hooks of its plugins is no source',
  },
  'nppacks#1': {
    how: 'weak',
    why: 'a dependency from a bare address asks: its bytes are inspected as any others',
  },
  'nppacks#2': {
    how: 'silent',
    why: "a tarball over https is a note: honest packages depend on vendors' tarballs under popular names",
  },
  'pancake-uniswap#2': { how: 'silent', why: 'approvals through a wallet library are no sinks' },
  'pumpswap-raydium#1': { how: 'silent', why: 'random bytes the package makes are no source' },
  'rspack#2': {
    how: 'elsewhere',
    why: "flagged where the program is loaded; the miner's login is sent over a socket later",
  },
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
  'services-wrapped-plugin': {
    how: 'phase',
    why: 'what another package makes of a function is called while the module is loaded, for all that is known',
  },
  'ftp-site-push': {
    how: 'silent',
    why: 'a function that many calls share runs only so often: the line with the password comes after those runs',
  },
  'pino-ship-batch': {
    how: 'silent',
    why: 'what a stream of a library brings is no source, and transports of logs send it to one fixed host all day',
  },
  'seatcheck-license': {
    how: 'silent',
    why: 'that an answer decides a deletion is not kept; tools delete what they made in a project when they are called',
  },
  'npmrc-scopes': {
    how: 'silent',
    why: 'tools that switch registries write such a line when they are called; that the token moves too is not followed',
  },
  's3-site-publish': {
    how: 'silent',
    why: 'honest policies name accounts of others as well, such as those of a cloud that deliver logs',
  },
  'fastify-basic-accounts': {
    how: 'silent',
    why: 'whether a hash that a password is compared with opens an account is not seen',
  },
  'jose-compact-lite': {
    how: 'silent',
    why: 'whether a key in the code stands for that of the caller is not seen: tests and examples hold such keys',
  },
  'exchange-signer-shadow': {
    how: 'weak',
    why: "a caller's keys for a second host: gateways of companies get them as well, so it asks",
  },
  'payments-sdk-hook': {
    how: 'weak',
    why: "the second connection that gets the key asks; the block is about the brand in the name, at the client's line",
  },
  'db-migrate-ransom': {
    how: 'elsewhere',
    why: 'flagged at the note that is left: a tool its user calls may encrypt what lies in a folder',
  },
  'table-drop-in-pool': {
    how: 'weak',
    why: 'a statement that a caller reaches, after a look at the clock: it asks',
  },
  'launch-agent-plist': {
    how: 'weak',
    why: 'a service registered when a program asks for one: what is odd is the hidden copy it starts, so it asks',
  },
  'oidc-token-exchange': {
    how: 'weak',
    why: 'asks where the identity is sent on; whom it was asked for is put into the address by its own object',
  },
  'error-handler-loader': {
    how: 'weak',
    why: 'code from one host, run when called: honest loaders do that, so it asks',
  },
  'update-notifier-spawn': {
    how: 'weak',
    why: 'a script from one host, started when called: what updates itself does that, so it asks',
  },
  'jsfuck-prefix': {
    how: 'weak',
    why: 'what the signs stand for could be followed and does nothing, so it asks',
  },
  'url-params-hash-signals': {
    how: 'silent',
    why: 'what a page keeps in its storage, sent to a host when a function is called: analytics do that',
  },
  'generator-decoder': {
    how: 'silent',
    why: "the constructor of a list's method: nothing in the file names what evaluates",
  },
  'express-body-swap': {
    how: 'weak',
    why: 'a middleware its caller puts in: addresses exchanged there ask, as what masks them looks the same',
  },
  'fee-in-batch': {
    how: 'weak',
    why: 'a share of the balance to an address in the code, when called: it asks',
  },
  'docker-socket-escape': {
    how: 'silent',
    why: "requests through a socket of the machine have no address: of the engine's own interface only new containers are read",
  },
  'k8s-pod-secrets': {
    how: 'silent',
    why: 'what a service answers to a request signed with a secret is not taken for one: tools fetch and post all day',
  },
  'mime-table-live': {
    how: 'weak',
    why: 'an answer of a host that is named takes the place of own code: what fetches its data does nearly the same, so it asks',
  },
  'md-anchor-ids': {
    how: 'weak',
    why: 'what an unknown library makes of a secret goes to relays: not certain, so it asks',
  },
  'semver-range-lite': {
    how: 'silent',
    why: 'a method that decodes is one for all its calls: which of the texts names the module is not told apart',
  },
  'cluster-client-deletes': {
    how: 'silent',
    why: "a cluster's own client library is not modelled: its command line is",
  },
  'page-defaced-by-language': {
    how: 'silent',
    why: 'what a page shows, plays or lets its reader click is no fact',
  },
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
  'approve-all-spender': { how: 'silent', why: 'approvals through a wallet library are no sinks' },
  'otel-span-env': {
    how: 'weak',
    why: 'what an unknown class makes of the environment goes to an exporter beside it: not certain, so it asks',
  },
  'sendgrid-mail-env': { how: 'weak', why: 'a mail through a known service on installing, so it asks' },
  'reflect-construct-found': {
    how: 'weak',
    why: 'which global is called is not known: code that cannot be read asks',
  },
  'git-push-secrets': {
    how: 'elsewhere',
    why: 'flagged where git is started, not where the folders are copied',
  },
  'decorator-traced-s3': {
    how: 'weak',
    why: 'variables of one vendor, sent when a caller asks for something: programs report more than they should, so it asks',
  },
  'got-hooks-mirror': {
    how: 'weak',
    why: 'headers of requests in what is sent to one host: tracers do that to their own, so it asks',
  },
  'emitter-llm-usage': {
    how: 'weak',
    why: 'the key of one service also in what another host gets: gateways get it as well, so it asks',
  },
  'express-login-tap': {
    how: 'weak',
    why: 'what people sign in with, sent to one host: services that check it get it as well, so it asks',
  },
  'prisma-extension-envelope': {
    how: 'weak',
    why: 'the address of a database for one host, when called: hosted tools ask for it, so it asks',
  },
  'firebase-account-mirror': {
    how: 'elsewhere',
    why: 'flagged at the line before, where the same account names the document',
  },
  'hook-wscript-vbs': {
    how: 'elsewhere',
    why: 'flagged where the script is written, which is what it does; the start is the line below',
  },
  'error-middleware-loader': {
    how: 'weak',
    why: 'code from a fixed host, run when called: honest loaders of scripts do that, so it asks',
  },
  'orm-drop-after-date': {
    how: 'weak',
    why: 'tables of a database that the caller passed: upkeep with a calendar does that as well, so it asks',
  },
  'abort-reason-loot': {
    how: 'silent',
    why: 'the reason a signal is aborted with is not kept for those who listen to it',
  },
  'env-diff-after-dotenv': {
    how: 'weak',
    why: 'variables by their names to one host, when called: reporters do that to their own, so it asks',
  },
  'shell-heredoc-function': {
    how: 'elsewhere',
    why: 'flagged where the written file is sourced that holds the command, not at the calls of its function',
  },
  'diag-channel-requests': {
    how: 'weak',
    why: 'headers of all requests in what is sent to one host: tracers do that to their own, so it asks',
  },
  'lockfile-resolved-swap': {
    how: 'weak',
    why: 'addresses of a lockfile changed by a hook: tools for mirrors do that, so it asks',
  },
  'es5-concat-class-token': {
    how: 'weak',
    why: 'the token of one service also in the address of another host: gateways get it as well, so it asks',
  },
  'erc20-batch-actions': {
    how: 'silent',
    why: 'approvals of tokens for contracts in the code are what clients of exchanges and of Permit2 send before anything else',
  },
  'rollup-plugin-credits': {
    how: 'silent',
    why: 'a text that a callback of forEach adds to letter by letter, in another file than the one that asks for it, is not put together',
  },
  'vite-plugin-build-stamp': {
    how: 'silent',
    why: 'a script of a host of the name of the plugin: plugins of services add those',
  },
  'eslint-plugin-tidy-strings': {
    how: 'silent',
    why: 'what a caller passes, in a name that is looked up: lists of senders and of addresses are asked like that',
  },
}
