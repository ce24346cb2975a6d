//! Varied well-formed documents, the same for the same seed.

use std::fmt::Write;

/// A document made from `seed`: nested and undeclared namespaces, unsorted attributes, references,
/// CDATA, comments, instructions, every kind of line end.
pub fn generated(seed: u64, spaces: Spaces) -> String {
    let mut maker = Maker { chance: Chance(seed), text: String::new(), spaces };
    if maker.chance.one_in(2) {
        maker.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n");
    }
    maker.outside();
    maker.element(&Scope::default(), 0);
    maker.outside();
    match spaces {
        Spaces::Any => maker.text,
        Spaces::Normal => maker.text.replace("\r\n", "\n").replace('\r', "\n"),
    }
}

/// Which white space the documents hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Spaces {
    /// Every kind, everywhere.
    Any,
    /// No carriage return, and no tab or line end in an attribute value: nothing that a parser has to
    /// normalise.
    Normal,
}

/// splitmix64: enough chance to vary documents.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// The prefixes in force, with the number of the URI each stands for.
#[derive(Default, Clone)]
struct Scope {
    prefixes: Vec<(&'static str, usize)>,
}

struct Maker {
    chance: Chance,
    text: String,
    spaces: Spaces,
}

const PREFIXES: [&str; 4] = ["a", "b", "ceb", "ds"];
// Plain ones: libxml2 neither escapes `&` in a namespace nor takes one with Chinese characters; the
// tests beside the code cover those.
const URIS: [&str; 5] =
    ["urn:x", "urn:a", "http://www.chinaport.gov.cn/ceb", "urn:Z", "http://example.cn/?a=1"];
const LOCALS: [&str; 6] = ["Order", "note", "n-1", "数量", "A.b", "_x"];

impl Maker {
    fn element(&mut self, outer: &Scope, depth: usize) {
        let mut scope = outer.clone();
        let mut declarations = String::new();
        for prefix in PREFIXES {
            if self.chance.one_in(4) {
                let uri = self.chance.below(URIS.len());
                scope.prefixes.retain(|(known, _)| *known != prefix);
                scope.prefixes.push((prefix, uri));
                write!(declarations, " xmlns:{prefix}{}", self.quoted(URIS[uri])).unwrap();
            }
        }
        match self.chance.below(8) {
            0 => declarations.push_str(" xmlns=\"\""),
            1 | 2 => {
                let uri = self.chance.pick(&URIS);
                write!(declarations, " xmlns{}", self.quoted(uri)).unwrap();
            }
            _ => {}
        }
        let name = self.name(&scope);
        let mut attributes = self.attributes(&scope);
        if self.chance.one_in(2) {
            attributes.push_str(&declarations);
        } else {
            attributes.insert_str(0, &declarations);
        }
        write!(self.text, "<{name}{attributes}").unwrap();
        if self.chance.one_in(6) {
            self.text.push_str(self.chance.pick(&["/>", " />", "\r\n/>"]));
            return;
        }
        self.text.push('>');
        for _ in 0..self.chance.below(5) {
            self.content(&scope, depth);
        }
        write!(self.text, "</{name}{}>", self.chance.pick(&["", " ", "\n"])).unwrap();
    }

    fn name(&mut self, scope: &Scope) -> String {
        let local = self.chance.pick(&LOCALS);
        if scope.prefixes.is_empty() || self.chance.one_in(3) {
            return local.to_owned();
        }
        let (prefix, _) = scope.prefixes[self.chance.below(scope.prefixes.len())];
        format!("{prefix}:{local}")
    }

    fn attributes(&mut self, scope: &Scope) -> String {
        let mut taken: Vec<(Option<usize>, &str)> = Vec::new();
        let mut attributes = String::new();
        for _ in 0..self.chance.below(5) {
            let local = self.chance.pick(&LOCALS);
            let prefixed = !scope.prefixes.is_empty() && self.chance.one_in(2);
            let (uri, name) = if prefixed {
                let (prefix, uri) = scope.prefixes[self.chance.below(scope.prefixes.len())];
                (Some(uri), format!("{prefix}:{local}"))
            } else {
                (None, local.to_owned())
            };
            if taken.contains(&(uri, local)) {
                continue;
            }
            taken.push((uri, local));
            let mut value = self.chance.pick(&[
                "1",
                "",
                "a b",
                "&lt;&amp;&quot;&apos;>",
                "x\ty\r\nz",
                "&#9;&#10;&#13;",
                "测试",
                "\n",
            ]);
            if self.spaces == Spaces::Normal && value.contains(['\t', '\n']) {
                value = "";
            }
            write!(
                attributes,
                "{}{name}{}",
                self.chance.pick(&[" ", "\n  ", "\t"]),
                self.quoted(value)
            )
            .unwrap();
        }
        if self.chance.one_in(6) {
            attributes.push_str(self.chance.pick(&[" xml:lang='zh'", " xml:space=\"preserve\""]));
        }
        attributes
    }

    fn quoted(&mut self, value: &str) -> String {
        let quote = self.chance.pick(&["\"", "'"]);
        format!("{}{quote}{value}{quote}", self.chance.pick(&["=", " = ", "=\n"]))
    }

    fn content(&mut self, scope: &Scope, depth: usize) {
        match self.chance.below(8) {
            0..=2 if depth < 6 => self.element(scope, depth + 1),
            3 => self.text.push_str(self.chance.pick(&[
                "<![CDATA[<&>]]>",
                "<![CDATA[]]>",
                "<![CDATA[a\r\nb]] ]]>",
            ])),
            4 => self.aside(),
            _ => {
                let text = self.chance.pick(&[
                    "100.00",
                    "测试企业",
                    "\r\n  ",
                    "\n",
                    "&lt;&gt;&amp;&quot;",
                    "a\rb",
                    "&#13;&#xA;\r",
                    "&#x4e2d;&#128512;",
                    " > ' \" ",
                    "\u{a0}\u{2028}",
                    "\r&#13;\r\n&amp;",
                ]);
                self.text.push_str(text);
            }
        }
    }

    fn aside(&mut self) {
        let aside = self.chance.pick(&[
            "<!-- c\r\n -->",
            "<!---->",
            "<?p?>",
            "<?p  data ?>",
            "<?q\na\rb?>",
            "<!--<&>-->",
        ]);
        self.text.push_str(aside);
    }

    fn outside(&mut self) {
        for _ in 0..self.chance.below(3) {
            self.aside();
            self.text.push_str(self.chance.pick(&["", "\n", " \r\n"]));
        }
    }
}
