//! Cases of the standard that generated documents seldom reach; `tests/it` compares with other
//! implementations.

use super::*;

fn canonical(text: &str, comments: Comments) -> String {
    let tree = Document::parse(text).unwrap();
    let mut bytes = Vec::new();
    document(&tree, comments, None, |piece| bytes.extend_from_slice(piece));
    String::from_utf8(bytes).unwrap()
}

fn canonical_element(text: &str, name: &str, blanks: Blanks) -> String {
    let tree = Document::parse(text).unwrap();
    let apex = tree.descendants().find(|node| node.tag_name().name() == name).unwrap();
    let mut bytes = Vec::new();
    element(apex, Comments::Dropped, blanks, |piece| bytes.extend_from_slice(piece));
    String::from_utf8(bytes).unwrap()
}

#[test]
fn documents_become_canonical() {
    for (text, expected) in [
        // Tags, quotes and the declaration.
        ("<?xml version='1.0'?>\n<a  b = '1' />\n", "<a b=\"1\"></a>"),
        // Attributes by namespace, then by local name; declarations first, by prefix.
        (
            "<e b:x='1' a:x='2' z='3' y='4' xmlns:a='urn:2' xmlns:b='urn:1' xmlns='urn:0'/>",
            "<e xmlns=\"urn:0\" xmlns:a=\"urn:2\" xmlns:b=\"urn:1\" y=\"4\" z=\"3\" b:x=\"1\" a:x=\"2\"></e>",
        ),
        // A declaration that changes nothing disappears; one that does not, stays.
        (
            "<a xmlns='u' xmlns:p='v'><b xmlns='u' xmlns:p='w'><c xmlns=''/></b></a>",
            "<a xmlns=\"u\" xmlns:p=\"v\"><b xmlns:p=\"w\"><c xmlns=\"\"></c></b></a>",
        ),
        ("<a xmlns=''><b xmlns=''/></a>", "<a><b></b></a>"),
        (
            "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='zh'/>",
            "<a xml:lang=\"zh\"></a>",
        ),
        // Escaping, and CDATA.
        (
            "<a b='&lt;&gt;&amp;&quot;&apos;&#9;&#10;&#13;&#x4e2d;'>&lt;&gt;&amp;\"'&#13;\t<![CDATA[<&>]]>&#x4e2d;</a>",
            "<a b=\"&lt;>&amp;&quot;'&#x9;&#xA;&#xD;中\">&lt;&gt;&amp;\"'&#xD;\t&lt;&amp;&gt;中</a>",
        ),
        (
            "<a xmlns='urn:a&amp;b&#9;' xmlns:p='urn:中'/>",
            "<a xmlns=\"urn:a&amp;b&#x9;\" xmlns:p=\"urn:中\"></a>",
        ),
        // White space in attribute values becomes spaces, in text it stays.
        ("<a b='x\n\ty'>\n\t</a>", "<a b=\"x  y\">\n\t</a>"),
        // Instructions and comments outside the root.
        (
            "<?p  q ?><!--c-->\n<a><?r?><!--d--></a>\n<?s t?>\n<!--e-->",
            "<?p q ?>\n<a><?r?></a>\n<?s t?>",
        ),
    ] {
        assert_eq!(canonical(text, Comments::Dropped), expected, "{text}");
    }
}

#[test]
fn comments_are_kept_when_asked_for() {
    assert_eq!(
        canonical("<!--1--><a><!-- 2 --></a><!--3-->", Comments::Kept),
        "<!--1-->\n<a><!-- 2 --></a>\n<!--3-->"
    );
}

#[test]
fn an_element_takes_the_namespaces_and_xml_attributes_of_its_place() {
    assert_eq!(
        canonical_element(
            "<a xmlns='u' xmlns:p='v' xml:lang='zh' xml:space='default' z='1'>\
             <b xml:lang='en' xmlns:q='w'><p:c xmlns:p='x' xml:space='preserve'><d/></p:c></b></a>",
            "c",
            Blanks::Kept,
        ),
        "<p:c xmlns=\"u\" xmlns:p=\"x\" xmlns:q=\"w\" xml:lang=\"en\" xml:space=\"preserve\"><d></d></p:c>"
    );
    assert_eq!(
        canonical_element("<a xmlns='u'><b xmlns=''><c/></b></a>", "c", Blanks::Kept),
        "<c></c>"
    );
}

#[test]
fn blanks_between_tags_can_be_dropped() {
    let text = "<a xmlns='u'>\n <b>\n  <c> x </c>\n  <d> </d>\n </b></a>";
    assert_eq!(
        canonical_element(text, "b", Blanks::Dropped),
        "<b xmlns=\"u\"><c> x </c><d></d></b>"
    );
}

#[test]
fn an_element_is_omitted_with_the_white_space_asked_for() {
    use Blanks::{Dropped, Kept};
    let text = "<a>1 <b/>\n <s><s/>x</s>\t<!--c--><b/></a>";
    let tree = Document::parse(text).unwrap();
    let omitted = tree.descendants().find(|node| node.tag_name().name() == "s").unwrap();
    for (before, after, expected) in [
        (Kept, Kept, "<a>1 <b></b>\n \t<b></b></a>"),
        (Dropped, Kept, "<a>1 <b></b>\t<b></b></a>"),
        (Kept, Dropped, "<a>1 <b></b>\n <b></b></a>"),
        (Dropped, Dropped, "<a>1 <b></b><b></b></a>"),
    ] {
        let omission = Omission { element: omitted, before, after };
        let mut bytes = Vec::new();
        document(&tree, Comments::Dropped, Some(omission), |piece| bytes.extend_from_slice(piece));
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }
}

#[test]
fn text_beside_an_omitted_element_is_never_dropped() {
    let tree = Document::parse("<a> x <s/> y </a>").unwrap();
    let omission = Omission {
        element: tree.root_element().first_element_child().unwrap(),
        before: Blanks::Dropped,
        after: Blanks::Dropped,
    };
    let mut bytes = Vec::new();
    document(&tree, Comments::Dropped, Some(omission), |piece| bytes.extend_from_slice(piece));
    assert_eq!(bytes, b"<a> x  y </a>");
}
