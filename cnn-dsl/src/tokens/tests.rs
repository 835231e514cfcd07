//! What each kind of token becomes; what rustc's own lexer does is tested through the macro.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};

use super::{Part, TokenText};

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("tokens")
}

fn text(tokens: TokenStream) -> String {
    TokenText::new(tokens).text().to_owned()
}

fn invisible(inner: &str) -> TokenStream {
    TokenTree::Group(Group::new(Delimiter::None, tokens(inner))).into()
}

#[test]
fn blanks_stand_where_they_were_written() {
    for written in [
        "input [size, size, 3], u8, scale (1/127.5), offset -1;",
        "conv 3x3, (32 * alpha), stride 2 -> 112x112x64;",
        "repeat i in 0..layers[stage] { x; }",
        "if a<=-1 && !b {} else if xs[..b] == [] {}",
        "budget parameters <= 5M, arena <= 8MiB;",
        "pool avg global; dense r#type, softmax;",
    ] {
        assert_eq!(text(tokens(written)), written);
    }
    assert_eq!(text(tokens("conv  3x3 ,\n\n 8 /* c */ ; // end")), "conv 3x3 , 8 ;");
}

#[test]
fn tokens_without_positions_are_kept_apart() {
    // Tokens made here have no position, as in an editor that gives none.
    let mut stream = TokenStream::new();
    for token in tokens("conv 3x3, [1, (2 + 3)]; a..b <=-1") {
        let mut token = token;
        strip(&mut token);
        stream.extend([token]);
    }
    assert_eq!(text(stream), "conv 3x3, [1, (2 + 3)]; a .. b <=- 1");
}

fn strip(token: &mut TokenTree) {
    if let TokenTree::Group(group) = token {
        let inner = group.stream().into_iter().map(|mut token| {
            strip(&mut token);
            token
        });
        *group = Group::new(group.delimiter(), inner.collect());
    }
    token.set_span(Span::call_site());
}

#[test]
fn operators_that_are_not_joint_never_become_a_comment() {
    assert_eq!(text(tokens("a / / b")), "a / / b");
    assert_eq!(text(tokens("a / * b")), "a / * b");
}

#[test]
fn macro_variables_keep_their_precedence() {
    let mut times = tokens("2 *");
    times.extend(invisible("a + b"));
    assert_eq!(text(times), "2 * (a + b)");
    let mut times = tokens("2 *");
    times.extend(invisible("3x3"));
    assert_eq!(text(times), "2 * 3x3");
    for inner in ["pub(crate)", "pub", "", "#[doc = \"x\"]"] {
        let mut model = invisible(inner);
        model.extend(tokens("model A {}"));
        assert!(!text(model).starts_with('('), "{inner}");
    }
}

#[test]
fn documentation_becomes_lines() {
    assert_eq!(text(tokens("/// One.\nmodel A {}")), "/// One.\nmodel A {}");
    assert_eq!(text(tokens("//! File.\nmodel A {}")), "//! File.\nmodel A {}");
    assert_eq!(text(tokens("#[doc = r#\"a \"b\"\n c\"#] model")), "///a \"b\"\n/// c\nmodel");
    assert_eq!(text(tokens("input 1; #[doc = \"\"] relu;")), "input 1;\n///\nrelu;");
    assert_eq!(text(tokens("#[doc = \"/ four\"] relu;")), "/// / four\nrelu;");
    assert_eq!(text(tokens("#[inline] relu;")), "#[inline] relu;");
}

#[test]
fn documentation_out_of_macro_variables_is_documentation() {
    let mut attribute = tokens("doc = ");
    attribute.extend([TokenTree::Group(Group::new(
        Delimiter::None,
        TokenTree::Literal(Literal::string(" Text.")).into(),
    ))]);
    let mut stream = tokens("#");
    stream.extend([TokenTree::Group(Group::new(Delimiter::Bracket, attribute))]);
    assert_eq!(text(stream), "/// Text.\n");
}

#[test]
fn a_raw_identifier_keeps_its_prefix() {
    let ident = TokenTree::Ident(Ident::new_raw("type", Span::call_site()));
    assert_eq!(text(ident.into()), "r#type");
}

#[test]
fn ranges_lead_back_to_tokens() {
    let text = TokenText::new(tokens("conv 3x3x0, (a + b);"));
    let span = |range| {
        let target = text.target(range).expect("tokens");
        (target.first.byte_range().start, target.last.byte_range().end)
    };
    let base = span(0..4).0;
    let at = |piece: &str| {
        let start = text.text().find(piece).expect("the piece");
        start..start + piece.len()
    };
    for piece in ["conv", "3x3x0", "conv 3x3x0,", "(a + b)", "a + b", ";"] {
        let range = at(piece);
        assert_eq!(span(range.clone()), (base + range.start, base + range.end), "{piece}");
        assert_eq!(text.target(range).and_then(|t| t.part), None, "{piece}");
    }
    // Nothing, at the end of the text: the last token.
    let end = text.text().len();
    assert_eq!(span(end..end), (base + end - 1, base + end));
    // Nothing, right behind a token: that token. Nothing, apart from it: the one that follows.
    assert_eq!(span(4..4), (base, base + 4));
    assert!(text.target(4..4).is_some_and(|target| target.behind));
    assert_eq!(span(5..5), (base + 5, base + 10));
    assert!(text.target(5..5).is_some_and(|target| !target.behind));
    assert!(TokenText::new(TokenStream::new()).target(0..0).is_none());
}

#[test]
fn a_piece_of_a_literal_is_named() {
    let text = TokenText::new(tokens("conv 3x3x0;"));
    let part = text.target(9..10).and_then(|t| t.part);
    assert_eq!(part, Some(Part { piece: "0", token: "3x3x0", column: 5 }));
}
