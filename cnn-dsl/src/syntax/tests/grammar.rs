//! Texts and their trees.

use super::{EXAMPLES, expression, parse, without_spans};
use crate::number::Rational;
use crate::syntax::ast::{
    BinaryOp, Expr, ExprKind, Item, LayerItem, Model, Statement, StatementKind, TensorExpr,
    UnaryOp, Visibility,
};
use crate::syntax::names::RESERVED;

fn model(statements: &str) -> Model {
    let text = format!("model A {{ {statements} }}");
    let file = parse(&text).unwrap_or_else(|error| panic!("{statements}: {error:?}"));
    match file.items.into_iter().next() {
        Some(Item::Model(model)) => model,
        other => panic!("{other:?}"),
    }
}

fn statement(text: &str) -> Statement {
    model(text).body.swap_remove(0)
}

/// An expression with every operation in parentheses.
fn show(expr: &Expr) -> String {
    let list = |list: &[Expr]| list.iter().map(show).collect::<Vec<_>>().join(", ");
    let end = |end: &Option<Box<Expr>>| end.as_deref().map_or(String::new(), show);
    match &expr.kind {
        ExprKind::Number(n) => n.to_string(),
        ExprKind::Shape(sizes) => sizes.iter().map(u64::to_string).collect::<Vec<_>>().join("x"),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::List(values) => format!("[{}]", list(values)),
        ExprKind::Tuple(values) => format!("({})", list(values)),
        ExprKind::Range(a, b) => format!("{}..{}", end(a), end(b)),
        ExprKind::Unary(UnaryOp::Negate, x) => format!("-{}", show(x)),
        ExprKind::Unary(UnaryOp::Not, x) => format!("!{}", show(x)),
        ExprKind::Binary(op, a, b) => format!("({} {} {})", show(a), sign(*op), show(b)),
        ExprKind::Call(name, args) => format!("{}({})", name.name, list(args)),
        ExprKind::Index(xs, i) => format!("{}[{}]", show(xs), show(i)),
        ExprKind::If(choice) => {
            let arms = choice.arms.iter().map(|(c, v)| format!("{} ? {} : ", show(c), show(v)));
            arms.collect::<String>() + &choice.otherwise.as_ref().map_or(String::new(), show)
        }
        ExprKind::Brace(statements) => format!("{{{}}}", statements.len()),
    }
}

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::And => "&&",
        BinaryOp::Or => "||",
    }
}

/// A layer statement in one line: items in bars.
fn layer(text: &str) -> String {
    let StatementKind::Apply(apply) = statement(text).kind else { panic!("{text} is no layer") };
    let atoms = |item: &LayerItem| item.atoms.iter().map(show).collect::<Vec<_>>().join(" ");
    let items = apply.items.iter().map(atoms).collect::<Vec<_>>().join(" | ");
    let from = apply.from.map_or(String::new(), |x| format!(" from {}", show(&x)));
    let name = apply.as_name.map_or(String::new(), |x| format!(" as {}", x.name));
    let shape = apply.asserted.map_or(String::new(), |x| format!(" -> {}", show(&x)));
    format!("{}: {items}{from}{name}{shape}", apply.name.name)
}

#[test]
fn every_text_of_the_description_parses() {
    for text in EXAMPLES {
        if let Err(error) = parse(text) {
            panic!("{error:?} at {}", &text[error.primary.span.start as usize..]);
        }
    }
}

#[test]
fn operators_bind_as_in_rust() {
    let cases = [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("2 * 3 % 4 / 5", "(((2 * 3) % 4) / 5)"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("-a * -b", "(-a * -b)"),
        ("!a && b || c == 1 + 2", "((!a && b) || (c == (1 + 2)))"),
        ("a || b && c", "(a || (b && c))"),
        ("-xs[1]", "-xs[1]"),
        ("(1 + 2) * 3", "((1 + 2) * 3)"),
        ("a<=-1", "(a <= -1)"),
        ("a!=!b", "(a != !b)"),
        ("0..len(xs) + 1", "0..(len(xs) + 1)"),
        ("xs[a..b]", "xs[a..b]"),
        ("xs[..b]", "xs[..b]"),
        ("xs[a..]", "xs[a..]"),
        ("xs[1][2]", "xs[1][2]"),
        ("f(a, [1, 2,], (3, 4),)", "f(a, [1, 2], (3, 4))"),
        ("pow(2, last)", "pow(2, last)"),
        ("if a > 0 && i == 0 { 2 } else { 1 }", "((a > 0) && (i == 0)) ? 2 : 1"),
        ("if a { 1 } else if b { 2 } else { 3 } + 1", "(a ? 1 : b ? 2 : 3 + 1)"),
        ("28x28x1", "28x28x1"),
        ("- 1", "-1"),
        ("true", "true"),
        ("(relu)", "relu"),
        ("\"a\\n\\u{e9}\\x41\\\"\"", "\"a\\né"),
    ];
    for (text, expected) in cases {
        let shown = show(&expression(text).unwrap_or_else(|error| panic!("{text}: {error:?}")));
        assert!(shown.starts_with(expected), "{text}: {shown}");
    }
}

#[test]
fn numbers_are_exact() {
    let cases = [
        ("3", (3, 1)),
        ("0.25", (1, 4)),
        ("127.5", (255, 2)),
        ("1e-3", (1, 1000)),
        ("1E+3", (1000, 1)),
        ("2.50e1", (25, 1)),
        ("5M", (5_000_000, 1)),
        ("0.5k", (500, 1)),
        ("3G", (3_000_000_000, 1)),
        ("8kB", (8000, 1)),
        ("8MB", (8_000_000, 1)),
        ("8KiB", (8192, 1)),
        ("1.5MiB", (3 << 19, 1)),
        ("0e999999999", (0, 1)),
        ("0.1000000000000000000000000000000000000000000000000", (1, 10)),
    ];
    for (text, (n, d)) in cases {
        match expression(text).map(|e| e.kind) {
            Ok(ExprKind::Number(value)) => assert_eq!(Some(value), Rational::new(n, d), "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in ["1e-39", "1e2147483648", "170141183460469231731687303715884105728", "1.", ".5"] {
        assert_eq!(expression(text).unwrap_err().code, "bad_number", "{text}");
    }
    for text in ["3x", "3xx3", "3X3", "0x1F", "3x3.5", "1e", "1e+", "2x2b", "1_0", "7q", "1e3x2"] {
        assert_eq!(expression(text).unwrap_err().code, "bad_number", "{text}");
    }
}

#[test]
fn items_are_words_and_values_in_order() {
    let cases = [
        ("conv 3x3, 8, stride 2, pad same;", "conv: 3x3 | 8 | stride 2 | pad same"),
        ("bn, relu;", "bn: relu"),
        (
            "bn eps 1e-5 momentum 0.9, leaky_relu 0.1;",
            "bn: eps 1/100000 momentum 9/10 | leaky_relu 1/10",
        ),
        ("pad channels (0, 4);", "pad: channels (0, 4)"),
        ("scale -1;", "scale: -1"),
        ("add { conv 1x1, 2; relu; }, x;", "add: {2} | x"),
        ("slice 2..;", "slice: 2.."),
        ("slice ..-2;", "slice: ..-2"),
        ("slice a..(b + 1);", "slice: a..(b + 1)"),
        ("slice 2..from x;", "slice: 2.. from x"),
        ("slice 2.. as tail;", "slice: 2.. as tail"),
        ("slice 2..->2x2x2;", "slice: 2.. -> 2x2x2"),
        (
            "conv 3x3, c from { relu; } as a -> [h, w, c];",
            "conv: 3x3 | c from {1} as a -> [h, w, c]",
        ),
        ("f last, true, [1, 2], \"x\";", "f: last | true | [1, 2] | \"x\""),
        ("dense 10 -> 10;", "dense: 10 -> 10"),
        ("r#type r#in;", "r#type: r#in"),
        ("inputs 3;", "inputs: 3"),
        ("lasting, scale output;", "lasting: scale output"),
        (
            "conv 3x3, 8, frozen, unroll full, weights input;",
            "conv: 3x3 | 8 | frozen | unroll full | weights input",
        ),
        ("каналы é;", "каналы: é"),
    ];
    for (text, expected) in cases {
        assert_eq!(layer(text), expected, "{text}");
    }
}

#[test]
fn spans_end_with_the_last_token() {
    let text = "model A { conv 3x3 /* no */ , 8 , relu // end\n ; } // out";
    let Ok(file) = parse(text) else { panic!("{text} parses") };
    let Item::Model(model) = &file.items[0] else { panic!("{text} is a model") };
    let part = |span: crate::source::Span| &text[span.start as usize..span.end as usize];
    assert_eq!(part(model.span), text.strip_suffix(" // out").unwrap());
    let StatementKind::Apply(apply) = &model.body[0].kind else { panic!("a layer") };
    assert_eq!(part(apply.span), "conv 3x3 /* no */ , 8 , relu");
    assert_eq!(part(model.body[0].span), part(apply.span));
    let items: Vec<&str> = apply.items.iter().map(|item| part(item.span)).collect();
    assert_eq!(items, ["3x3", "8", "relu"]);
}

#[test]
fn documentation_is_kept_and_comments_vanish() {
    let text = "//! of the file\n/*! and\r\n more */ /// of the model\n///x\n//// no\n/**/ /*** no */\n\
                /** a */ pub model A { /// of the layer\n /* no */ relu; }";
    let Ok(file) = parse(text) else { panic!("{text} parses") };
    assert_eq!(file.docs, [" of the file", " and", " more "]);
    let Item::Model(model) = &file.items[0] else { panic!("{text} is a model") };
    assert_eq!(model.docs, [" of the model", "x", " a "]);
    assert_eq!(model.visibility, Visibility::Public);
    assert_eq!(model.body[0].docs, [" of the layer"]);
}

#[test]
fn values_of_let_are_told_apart() {
    let value = |text: &str| match statement(text).kind {
        StatementKind::Let { value, .. } | StatementKind::Assign { value, .. } => value,
        other => panic!("{other:?}"),
    };
    assert!(matches!(value("let x = last;"), TensorExpr::Last(_)));
    assert!(matches!(value("x = y;"), TensorExpr::Apply(a) if a.items.is_empty()));
    assert!(matches!(value("let x = { relu; };"), TensorExpr::Brace(b, _) if b.len() == 1));
    assert!(matches!(value("let x = if a { relu; };"), TensorExpr::If(i) if i.otherwise.is_none()));
    assert!(matches!(value("(a, b) = split 2;"), TensorExpr::Apply(a) if a.items.len() == 1));
}

/// A macro call's text is rebuilt from tokens, with a space between any two.
#[test]
fn spellings_of_rebuilt_tokens_are_the_same() {
    let pairs = [
        ("pub (crate) model A { relu -> 26x26x3 ; }", "pub(crate) model A{relu->26x26x3;}"),
        ("model A { slice 1 .. 2 ; }", "model A{slice 1..2;}"),
        ("model A { slice 2 ..-> 1x1x3 ; }", "model A { slice 2.. -> 1x1x3; }"),
        ("model A(x = a <=- 1 && ! b) { relu ; }", "model A(x=a<=-1&&!b){relu;}"),
        ("///x\nmodel A {\n///y\nrelu\n;\n}", "/**x*/model A{/**y*/relu;}"),
    ];
    for (spaced, compact) in pairs {
        let read = |text| without_spans(&parse(text).unwrap_or_else(|e| panic!("{text}: {e:?}")));
        assert_eq!(read(spaced).replace("end: ", ""), read(compact).replace("end: ", ""));
    }
}

#[test]
fn reserved_words_are_no_names_and_the_others_are() {
    for word in RESERVED {
        let error = parse(&format!("model {word} {{ relu; }}")).unwrap_err();
        assert_eq!(error.code, "reserved_word", "{word}");
        let longer = format!("model {word}s({word}_ = 1) {{ {word}2 r#{word}; }}");
        assert!(parse(&longer).is_ok(), "{word}");
    }
    for word in ["input", "output", "weights", "scale", "frozen", "tensor", "unroll", "train"] {
        let item = format!("f {word}, a {word}, ({word} + 1);");
        let text = format!("model A({word} = 1) {{ {item} let {word} = last; }}");
        assert!(parse(&text).is_ok(), "{word}");
    }
}
