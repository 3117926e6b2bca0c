/** npm's own table of options. It ships without types; only what is read here is declared. */
declare module '@npmcli/config/lib/definitions/index.js' {
  const npm: {
    readonly definitions: Readonly<Record<string, { readonly type: unknown }>>
    readonly shorthands: Readonly<Record<string, readonly string[]>>
  }
  export default npm
}
