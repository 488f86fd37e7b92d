import t from 'tap'
import { sanitise, textOf } from '../../src/resources/messages/html.js'

const link = (address: string, words: string) =>
  `<a href="${address}" target="_blank" rel="noopener noreferrer">${words}</a>`

const attacks: Array<[string, string]> = [
  ['<script>alert(1)</script>hi', 'hi'],
  ['<SCRIPT SRC=//evil.example/x.js></SCRIPT>hi', 'hi'],
  ['<scr<script>ipt>alert(1)</scr</script>ipt>', 'ipt&gt;alert(1)ipt&gt;'],
  ['<img src=x onerror=alert(1)>', '<img />'],
  ['<img src="https://a.example/p.png" onerror="alert(1)">', '<img src="https://a.example/p.png" />'],
  ['<img src="javascript:alert(1)">', '<img />'],
  ['<img src="data:image/svg+xml;base64,PHN2Zz4=">', '<img />'],
  ['<img src="/v1/contacts?delete=1">', '<img />'],
  ['<img src="//evil.example/p.png">', '<img />'],
  ['<img srcset="https://a.example/p.png 2x">', '<img />'],
  ['<a href="javascript:alert(1)">x</a>', '<a>x</a>'],
  ['<a href=" java\nscript:alert(1)">x</a>', '<a>x</a>'],
  ['<a href="&#106;avascript:alert(1)">x</a>', '<a>x</a>'],
  ['<a href="\u0001javascript:alert(1)">x</a>', '<a>x</a>'],
  ['<a href="vbscript:x">x</a>', '<a>x</a>'],
  ['<a href="data:text/html,<script>alert(1)</script>">x</a>', '<a>x</a>'],
  ['<a href="/logout">x</a>', '<a>x</a>'],
  ['<a href="//evil.example">x</a>', '<a>x</a>'],
  ['<svg onload=alert(1)><circle/></svg>', ''],
  ['<svg><style><img src=x onerror=alert(1)></style></svg>', ''],
  ['<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<table><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;" /></table>'],
  ['<iframe src="https://evil.example">x</iframe>hi', 'hi'],
  ['<object data="x"></object><embed src="x">hi', 'hi'],
  ['<form action="https://evil.example"><input name=p><button>Go</button></form>', 'Go'],
  ['<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=x">hi', 'hi'],
  ['<link rel=stylesheet href="https://evil.example/x.css">hi', 'hi'],
  ['<style>body{display:none}</style>hi', 'hi'],
  ['<title>x</title>hi', 'hi'],
  ['<noscript><p title="</noscript><img src=x onerror=alert(1)>">', ''],
  ['<xmp><img src=x onerror=alert(1)></xmp>hi', 'hi'],
  ['<p style="background:url(https://evil.example/p);color:red">x</p>', '<p style="color:red">x</p>'],
  ['<p style="position:fixed;top:0;left:0;width:100%">x</p>', '<p style="width:100%">x</p>'],
  ['<p style="margin:-500px;padding:4px 8px">x</p>', '<p style="padding:4px 8px">x</p>'],
  ['<p style="width:expression(alert(1))">x</p>', '<p>x</p>'],
  ['<p style="font-family:a;}</style><script>alert(1)</script>">x</p>', '<p>x</p>'],
  ['<p id="login" class="btn" data-x="1" onclick="x()">x</p>', '<p>x</p>'],
  ['<div><!-- [if mso]><script>alert(1)</script><![endif] -->x</div>', '<div>x</div>'],
  ['&lt;script&gt;alert(1)&lt;/script&gt;', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['<p title=`<img src=x onerror=alert(1)>`>', '<p>`&gt;</p>']
]

t.test('nothing that runs, phones home as our page, or covers it', async t => {
  for (const [html, safe] of attacks) t.equal(sanitise(html), safe, html)
})

t.test('what people write comes through', async t => {
  t.equal(sanitise('<p>Hello <b>Ada</b> &amp; <i>co</i><br>second</p>'),
    '<p>Hello <b>Ada</b> &amp; <i>co</i><br />second</p>')
  t.equal(sanitise('<a href="https://a.example/?b=1&amp;c=2">x</a>'), link('https://a.example/?b=1&amp;c=2', 'x'))
  t.equal(sanitise('<a href="HTTP://a.example" target="_top" rel="opener">x</a>'), link('HTTP://a.example', 'x'))
  t.equal(sanitise('<a href="mailto:a@example.com">x</a><a href="tel:+45">y</a>'),
    link('mailto:a@example.com', 'x') + link('tel:+45', 'y'))
  t.equal(sanitise('<img src="cid:part1@example.com" alt="Plan" width="40">'),
    '<img src="cid:part1@example.com" alt="Plan" width="40" />')
  t.equal(sanitise('<td style="color:#ff0000;text-align:center;mso-x:1;font-family:Arial, \'Segoe UI\'">x</td>'),
    '<td style="color:#ff0000;text-align:center;font-family:Arial, \'Segoe UI\'">x</td>')
  t.equal(sanitise('<ul><li>a<li>b</ul>'), '<ul><li>a</li><li>b</li></ul>')
  t.equal(sanitise(''), '')
})

t.test('what is safe once is safe twice', async t => {
  for (const [html] of attacks) t.equal(sanitise(sanitise(html)), sanitise(html), html)
})

t.test('text of HTML', async t => {
  const pairs: Array<[string, string]> = [
    ['<p>Hello\n   Ada</p><p>Second &amp; third<br>line</p>', 'Hello Ada\n\nSecond & third\nline'],
    ['<div>a</div><div><br></div><div>b</div>', 'a\n\nb'],
    ['<h1>T</h1><ul><li>one</li><li>two</li></ul>end', 'T\n\n- one\n- two\n\nend'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\nc'],
    ['<a href="https://a.example/x">here</a> and <a href="https://b.example">https://b.example</a>',
      'here (https://a.example/x) and https://b.example'],
    ['<a href="https://a.example/"><img src="https://a.example/l.png" alt="Logo"></a>', '[Logo] (https://a.example/)'],
    [`<a href="https://a.example/${'t'.repeat(200)}">tracked</a>`, 'tracked'],
    ['<a href="javascript:x">y</a>', 'y'],
    ['mine<blockquote>yours<blockquote>mine</blockquote></blockquote>again', 'mine\n\n> yours\n>\n> > mine\n\nagain'],
    ['<pre>  a\n    b</pre>', 'a\n    b'],
    ['<head><title>T</title><style>p{}</style></head><body><script>x</script>x&nbsp;y&lt;z&gt; &amp;lt;</body>',
      'x\u00A0y<z> &lt;'],
    ['<p>a</p>\n\n\n<p></p><p>\u00A0</p><p>b</p>', 'a\n\nb'],
    ['plain < text', 'plain < text'],
    ['', '']
  ]
  for (const [html, text] of pairs) t.equal(textOf(html), text, html.slice(0, 80))
})

t.test('markup made to keep a parser busy', async t => {
  const started = process.cpuUsage()
  for (const hostile of ['<b>'.repeat(150_000) + '</i>'.repeat(100_000), '<ul><li>'.repeat(100_000),
    '<div>'.repeat(100_000), '<blockquote>'.repeat(9_000) + 'x', '<'.repeat(900_000),
    '<b>'.repeat(15_000) + '</i>'.repeat(14_000), '<a href="'.repeat(29_000), '&'.repeat(900_000),
    '<p style="'.repeat(20_000)]) {
    t.notMatch(sanitise(`${hostile}<script>alert(1)</script><img src=x onerror=alert(1)>`), /<script|<img[^>]+onerror/)
    textOf(hostile)
  }
  t.ok(process.cpuUsage(started).user < 10e6, 'microseconds of the processor, where minutes would be spent without bounds')
  const many = `${'<b>x</b>'.repeat(20_000)}<script>alert(1)</script>&lt;i&gt;`
  t.equal(textOf(many), `${'x '.repeat(20_000)} <i>`.replace(/ +/g, ' '))
  t.match(sanitise(many), /^<div>x x .* x &lt;i&gt;<\/div>$/)
})
