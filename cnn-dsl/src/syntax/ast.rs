//! What a text says, before anything is known about its meaning.
//!
//! Names are not resolved, items are not sorted into arguments, flags and values: the grammar is
//! wide on purpose, so that `check` can say "unknown layer `convv`, did you mean `conv`".

use crate::number::Rational;
use crate::source::Span;

/// A whole file or macro call.
#[derive(Debug, Clone)]
pub struct File {
    /// `//!` lines.
    pub docs: Vec<String>,
    /// Everything at the top level, in text order.
    pub items: Vec<Item>,
    /// The whole text.
    pub span: Span,
}

/// Something at the top level.
#[derive(Debug, Clone)]
pub enum Item {
    /// `use "blocks.cnn";`
    Use(Text),
    /// `block name(params) { ... }`
    Block(Block),
    /// `pub model Name(params) { ... }`
    Model(Model),
    /// `pub model Small = Big(alpha = 0.25);`
    Instance(Instance),
}

/// A name with its place. A raw identifier keeps its `r#`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// As written.
    pub name: String,
    /// Where.
    pub span: Span,
}

/// A string literal, escapes resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its value.
    pub value: String,
    /// Where, quotes included.
    pub span: Span,
}

/// `pub`, `pub(crate)` or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// `pub`.
    Public,
    /// `pub(crate)`.
    Crate,
    /// Nothing was written: private in a macro, public in a file.
    Default,
}

/// A model.
#[derive(Debug, Clone)]
pub struct Model {
    /// `///` lines, one string each, without the slashes, the leading space kept.
    pub docs: Vec<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Its statements.
    pub body: Vec<Statement>,
    /// From `model` (or `pub`) to the closing brace.
    pub span: Span,
}

/// A model that is another one with other parameters.
#[derive(Debug, Clone)]
pub struct Instance {
    /// `///` lines.
    pub docs: Vec<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// Its name.
    pub name: Ident,
    /// The model it is made from.
    pub base: Ident,
    /// Its parameters' values.
    pub args: Vec<(Ident, Expr)>,
    /// The whole statement.
    pub span: Span,
}

/// A block.
#[derive(Debug, Clone)]
pub struct Block {
    /// `///` lines.
    pub docs: Vec<String>,
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Its statements.
    pub body: Vec<Statement>,
    /// From `block` to the closing brace.
    pub span: Span,
}

/// A parameter of a model or block.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: Ident,
    /// Whether it was written `name: tensor`.
    pub tensor: bool,
    /// Its default.
    pub default: Option<Expr>,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// `///` lines before it.
    pub docs: Vec<String>,
    /// What it is.
    pub kind: StatementKind,
    /// The whole statement, its `;` excluded.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Debug, Clone)]
pub enum StatementKind {
    /// A layer, a block call, or post-operations alone.
    Apply(Application),
    /// `let x = ...;`, `let mut (a, b) = ...;`
    Let {
        /// Whether `mut` was written.
        mutable: bool,
        /// One name, or several in parentheses.
        names: Vec<Ident>,
        /// The value.
        value: TensorExpr,
    },
    /// `x = ...;`, `(a, b) = ...;`
    Assign {
        /// One name, or several in parentheses.
        names: Vec<Ident>,
        /// The value.
        value: TensorExpr,
    },
    /// `const k = 3;`, `const (k, c) = stages[i];`
    Const {
        /// One name, or several in parentheses.
        names: Vec<Ident>,
        /// The value.
        value: Expr,
    },
    /// `layer c1 = conv 1x7, 160;`
    Layer {
        /// The name.
        name: Ident,
        /// The layer.
        layer: Application,
    },
    /// `repeat ... { ... }`
    Repeat {
        /// How often, and with which names.
        header: RepeatHeader,
        /// The turns' statements.
        body: Vec<Statement>,
    },
    /// `if ... { ... } else ...` as a statement.
    If(If<Vec<Statement>>),
    /// `default conv no_bias, pad same;`
    Default {
        /// `conv`, `dw`, ...
        layer: Ident,
        /// The arguments.
        items: Vec<LayerItem>,
    },
    /// `input name: 224x224x3, u8, scale (1/127.5);`
    Input {
        /// The name before the colon.
        name: Option<Ident>,
        /// The shape.
        shape: Expr,
        /// Preprocessing.
        items: Vec<LayerItem>,
    },
    /// `output small, large;`
    Output(Vec<Ident>),
    /// `return a, { ... };`
    Return(Vec<Expr>),
    /// `aux name { ... }`
    Aux {
        /// The head's name.
        name: Ident,
        /// Its statements.
        body: Vec<Statement>,
    },
    /// `frozen { ... }`
    Frozen(Vec<Statement>),
    /// `weights "f" rename "a" = "b";`
    Weights {
        /// The file.
        path: Text,
        /// Pairs of patterns.
        renames: Vec<(Text, Text)>,
    },
    /// `budget parameters <= 5M, arena <= 8MB;`
    Budget(Vec<(Ident, Expr)>),
    /// `train;`
    Train,
    /// `winograd off;`: the word behind it.
    Winograd(Ident),
}

/// `name items from x as name -> shape`.
#[derive(Debug, Clone)]
pub struct Application {
    /// The layer's, block's or post-operation's name.
    pub name: Ident,
    /// What stands behind it. The first item follows the name without a comma; when it is empty
    /// (`bn, relu;`) it is left out of this list.
    pub items: Vec<LayerItem>,
    /// `from x`: a name, `last`, or a brace.
    pub from: Option<Expr>,
    /// `as NAME`.
    pub as_name: Option<Ident>,
    /// `-> SHAPE`.
    pub asserted: Option<Expr>,
    /// From the name to the last token.
    pub span: Span,
}

/// What stands between two commas: one or more words and values, in order. Which of them is an
/// argument's name, a flag, a post-operation or a value is `check`'s to say.
#[derive(Debug, Clone)]
pub struct LayerItem {
    /// At least one.
    pub atoms: Vec<Expr>,
    /// All of them.
    pub span: Span,
}

/// What `let` and assignment take.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "nearly all are applications")]
pub enum TensorExpr {
    /// A layer, block or a lone name (`let y = x;` is an application without items).
    Apply(Application),
    /// `last`.
    Last(Span),
    /// `{ ... }`
    Brace(Vec<Statement>, Span),
    /// `if ... { ... }`
    If(If<Vec<Statement>>),
}

/// The three forms of `repeat`.
#[derive(Debug, Clone)]
pub enum RepeatHeader {
    /// `repeat 5` or `repeat (n)` or `repeat n`.
    Times(Expr),
    /// `repeat i in 0..n` and `repeat (k, c) in [(3, 16), (5, 24)]`; the iterated value is any
    /// expression that gives a range or a list.
    Each {
        /// One name, or several in parentheses.
        names: Vec<Ident>,
        /// What is gone through.
        over: Expr,
    },
}

/// `if C { A } else if D { B } else { E }`.
#[derive(Debug, Clone)]
pub struct If<T> {
    /// Conditions and what they guard, at least one.
    pub arms: Vec<(Expr, T)>,
    /// The `else`.
    pub otherwise: Option<T>,
    /// The whole.
    pub span: Span,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where, parentheses included.
    pub span: Span,
}

impl Expr {
    /// Where the values of a list or tuple and the two ends of a range stand (the range itself for
    /// an end that is left out); of every other expression nothing.
    pub fn parts(&self) -> Vec<Span> {
        match &self.kind {
            ExprKind::List(parts) | ExprKind::Tuple(parts) => {
                parts.iter().map(|part| part.span).collect()
            }
            ExprKind::Range(from, to) => {
                let end = |end: &Option<Box<Self>>| end.as_ref().map_or(self.span, |end| end.span);
                vec![end(from), end(to)]
            }
            ExprKind::Number(_)
            | ExprKind::Shape(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Name(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Call(..)
            | ExprKind::Index(..)
            | ExprKind::If(_)
            | ExprKind::Brace(_) => Vec::new(),
        }
    }
}

/// The kinds of expression.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `3`, `0.5`, `1e-3`, `5M`, `8KiB`: exact, the unit applied.
    Number(Rational),
    /// `3x3x32`: two or more numbers.
    Shape(Vec<u64>),
    /// `"text"`.
    Text(String),
    /// `true`, `false`.
    Bool(bool),
    /// A name, `last` included, and, in an item, any word (`same`, `relu`).
    Name(String),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `(a, b)`: two or more.
    Tuple(Vec<Expr>),
    /// `a..b`, `a..`, `..b`.
    Range(Option<Box<Expr>>, Option<Box<Expr>>),
    /// `-x`, `!x`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `pow(2, stage)`.
    Call(Ident, Vec<Expr>),
    /// `xs[i]`; with a range between the brackets a slice.
    Index(Box<Expr>, Box<Expr>),
    /// `if c { 2 } else { 1 }`.
    If(Box<If<Expr>>),
    /// `{ statements }` as an operand, or as the value of a tensor parameter.
    Brace(Vec<Statement>),
}

/// Prefix operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// Infix operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
}
