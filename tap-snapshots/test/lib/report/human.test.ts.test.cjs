/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/lib/report/human.test.ts > TAP > --explain lists the rules and shows one whole > list 1`] = `
some-rule (high)
  Does something odd

All about one: safe-install --explain <rule>

`

exports[`test/lib/report/human.test.ts > TAP > --explain lists the rules and shows one whole > one 1`] = `
Does something odd
some-rule · high

It looks for odd things. Honest code has none. Look at the code.

What it cannot see
  - Things that are even.

Seen in
  - an incident (2025)

Flagged: odd
  package.json
    {"name":"a"}
  x.js
    odd()
    \\u{202e}odd()
  b.bin: 3 bytes

Not flagged: even
  x.js
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    even()
    and 70 more lines

`

exports[`test/lib/report/human.test.ts > TAP > every kind of fact has words, equal ones share a line, and all of it is bounded > must match snapshot 1`] = `
What a@1.0.0 can do

When npm installs it
  contacts github.com · install.js:3
  contacts an address that is computed (https.get) · install.js:3
  looks up a name that is computed · install.js:3
  starts node x.js (binding.gyp <!) · install.js:3
  reads the credential file ~/.npmrc · other.js:1
  reads the environment variable npm_config_arch · install.js:3
  writes ./build/a.node · install.js:3
  makes executable a · install.js:3
  deletes \${…}/x · install.js:3
  loads a module whose name is computed · install.js:3
  loads native code ./a.node · install.js:3
  decodes 4,096 bytes by base64 · install.js:3
  evaluates constant code behind base64, xor · install.js:3
  patches http.request · install.js:3
  listens to exit · install.js:3
  hides 2 invisible characters (bidi) · install.js:3
  hides code behind 500 blanks · install.js:3
  obfuscated 50 % of the file (string array, hex names) · install.js:3
  unreadable computed member (10 % of the file) · install.js:3
  holds compiled programs for ELF x64 · install.js
  tarball trick absolute: /etc/x · install.js:3

When a program loads it
  passes the whole environment → the network, x.invalid (perhaps) · a.js:1

When its commands or functions are used
  contacts late.example · install.js:3

7 more facts left out: too many to keep

`

exports[`test/lib/report/human.test.ts > TAP > the screens people read > a question 1`] = `
LOOK AT THIS  odd@1.0.0 (a dependency of this project)

  Does something odd [ask, high, some-rule]
    setup.js:3:5
      | odd(thing)
    While npm installs it it does something odd.
    It would run when npm installs it.

  Everything it can do:  safe-install --inspect odd@1.0.0 --verbose
  About the rule:        safe-install --explain some-rule
  To accept it, if you have read the code and know that it is harmless:
    safe-install --accept odd@1.0.0 --rule some-rule --reason "..."

Nothing was installed yet, and no file was changed.

`

exports[`test/lib/report/human.test.ts > TAP > the screens people read > a question nobody can answer 1`] = `
LOOK AT THIS  odd@1.0.0 (a dependency of this project)

  Does something odd [ask, high, some-rule]
    setup.js:3:5
      | odd(thing)
    While npm installs it it does something odd.
    It would run when npm installs it.

  Everything it can do:  safe-install --inspect odd@1.0.0 --verbose
  About the rule:        safe-install --explain some-rule
  To accept it, if you have read the code and know that it is harmless:
    safe-install --accept odd@1.0.0 --rule some-rule --reason "..."

Stopped: a person has to look at this, and nobody could be asked here. Nothing
was installed, and no file was changed. Run it in a terminal.

`

exports[`test/lib/report/human.test.ts > TAP > the screens people read > a report with notes 1`] = `
note  noted@1.0.0
  install-script · setup.js:3 · while npm installs it it does something odd
a@1.0.0: nothing to report

Could not be read, so nobody knows what it does:
  torn@1.0.0: the tarball ends in the middle

`

exports[`test/lib/report/human.test.ts > TAP > the screens people read > blocked 1`] = `
BLOCKED  evil@1.0.0 (you asked for it)

  Sends credentials away [block, critical, secret-exfiltration]
    setup.js:4:1
      | request.end(token)
      1. reads the credential file ~/.npmrc · setup.js:2
      2. https.request (payload) · setup.js:4
    While npm installs it it reads the credential file ~/.npmrc and sends it to
    "collect.invalid".
    It would run when npm installs it (postinstall: node setup.js).

  Everything it can do:  safe-install --inspect evil@1.0.0 --verbose
  About the rule:        safe-install --explain secret-exfiltration
  To accept it, if you have read the code and know that it is harmless:
    safe-install --accept evil@1.0.0 --rule secret-exfiltration --reason "..."

LOOK AT THIS  odd@1.0.0 (needed by evil, @s/c)

  Does something odd [ask, medium, some-rule]
    setup.js:3:5
      | odd(thing)
    While npm installs it it does something odd.
    It would run when npm installs it.

  Also noted: noted.

  Everything it can do:  safe-install --inspect odd@1.0.0 --verbose
  About the rule:        safe-install --explain some-rule
  To accept it, if you have read the code and know that it is harmless:
    safe-install --accept odd@1.0.0 --rule some-rule --reason "..."

Could not be read, so nobody knows what it does:
  torn@1.0.0: the tarball ends in the middle

Not known (this alone stops nothing):
  undated@1.0.0, undated-too@1.0.0: no publish date

Stopped: blocked. Nothing was installed, and no file was changed.

`

exports[`test/lib/report/human.test.ts > TAP > the screens people read > blocked, forty columns 1`] = `
BLOCKED  evil@1.0.0 (you asked for it)

  Sends credentials away [block,
    critical, secret-exfiltration]
    setup.js:4:1
      | request.end(token)
      1. reads the credential file
         ~/.npmrc · setup.js:2
      2. https.request (payload) ·
         setup.js:4
    While npm installs it it reads the
    credential file ~/.npmrc and sends
    it to "collect.invalid".
    It would run when npm installs it
    (postinstall: node setup.js).

  Everything it can do:  safe-install --inspect evil@1.0.0 --verbose
  About the rule:        safe-install --explain secret-exfiltration
  To accept it, if you have read the
  code and know that it is harmless:
    safe-install --accept evil@1.0.0 --rule secret-exfiltration --reason "..."

LOOK AT THIS  odd@1.0.0 (needed by evil,
  @s/c)

  Does something odd [ask, medium,
    some-rule]
    setup.js:3:5
      | odd(thing)
    While npm installs it it does
    something odd.
    It would run when npm installs it.

  Also noted: noted.

  Everything it can do:  safe-install --inspect odd@1.0.0 --verbose
  About the rule:        safe-install --explain some-rule
  To accept it, if you have read the
  code and know that it is harmless:
    safe-install --accept odd@1.0.0 --rule some-rule --reason "..."

Could not be read, so nobody knows what
it does:
  torn@1.0.0: the tarball ends in the
    middle

Not known (this alone stops nothing):
  undated@1.0.0, undated-too@1.0.0: no
    publish date

Stopped: blocked. Nothing was installed,
and no file was changed.

`

exports[`test/lib/report/human.test.ts > TAP > the screens people read > blocked, verbose 1`] = `
BLOCKED  evil@1.0.0 (you asked for it)

  Sends credentials away [block, critical, secret-exfiltration]
    setup.js:4:1
      | request.end(token)
      1. reads the credential file ~/.npmrc · setup.js:2
      2. https.request (payload) · setup.js:4
    While npm installs it it reads the credential file ~/.npmrc and sends it to
    "collect.invalid".
    It would run when npm installs it (postinstall: node setup.js).

  Everything it can do:  safe-install --inspect evil@1.0.0 --verbose
  About the rule:        safe-install --explain secret-exfiltration
  To accept it, if you have read the code and know that it is harmless:
    safe-install --accept evil@1.0.0 --rule secret-exfiltration --reason "..."

LOOK AT THIS  odd@1.0.0 (needed by evil, @s/c)

  Does something odd [ask, medium, some-rule]
    setup.js:3:5
      | odd(thing)
    While npm installs it it does something odd.
    It would run when npm installs it.

  noted [note, high, noted]
    setup.js:3:5
      | odd(thing)
    While npm installs it it does something odd.
    It would run when npm installs it.

  Everything it can do:  safe-install --inspect odd@1.0.0 --verbose
  About the rule:        safe-install --explain some-rule
  To accept it, if you have read the code and know that it is harmless:
    safe-install --accept odd@1.0.0 --rule some-rule --reason "..."

Could not be read, so nobody knows what it does:
  torn@1.0.0: the tarball ends in the middle

Not known (this alone stops nothing):
  undated@1.0.0, undated-too@1.0.0: no publish date

Stopped: blocked. Nothing was installed, and no file was changed.

`

exports[`test/lib/report/human.test.ts > TAP > the screens people read > capabilities 1`] = `
What esbuild@0.25.0 can do

When npm installs it
  postinstall: node install.js · package.json:7
  contacts github.com · install.js:3
  contacts an address that is computed (https.get) · install.js:3
  starts node-gyp rebuild · install.js:3
  reads the credential file ~/.npmrc · other.js:1
  reads the environment variable npm_config_arch · install.js:3
  writes ./build/a.node · install.js:3

When its commands or functions are used
  contacts late.example · install.js:3

`

exports[`test/lib/report/human.test.ts > TAP > the screens people read > declined 1`] = `
Declined. Nothing was installed, and no file was changed.

`

exports[`test/lib/report/human.test.ts > TAP > the screens people read > error 1`] = `
safe-install: could not fetch a@1.0.0: 404
  Check the name.

`

exports[`test/lib/report/human.test.ts > TAP > the screens people read > installed 1`] = `
Install scripts of 1 package did not run, since nobody approved them:
  esbuild@0.25.0
    postinstall: node install.js — starts node-gyp rebuild; contacts github.com,
      an address that is computed (https.get); writes ./build/a.node; itself
      reads no credentials
  To approve: safe-install --approve esbuild@0.25.0

added 12 packages, and changed 1 package
safe-install read 1 package · 1 file · 100 B · all read · 1.2 s

`

exports[`test/lib/report/human.test.ts > TAP > the screens people read > nothing new 1`] = `
up to date
safe-install read 1 package · 1 file · 100 B · all read · 1.2 s

`

exports[`test/lib/report/human.test.ts > TAP > the screens people read > only a gap 1`] = `
Could not be read, so nobody knows what it does:
  torn@1.0.0: the tarball ends in the middle

Stopped: not everything could be read. Nothing was installed, and no file was
changed. Try again, or choose another version. To install what nobody could read
all the same: safe-install --accept <package>@<version> --rule content-gap
--reason "..."

`
