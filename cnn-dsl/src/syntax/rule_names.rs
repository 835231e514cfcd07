//! How the grammar's rules are named in errors.

use crate::syntax::grammar::Rule;

/// What stands for every rule that begins a value.
pub(super) const VALUE: &str = "a value";
const OPERATOR: &str = "an operator";

/// The rules' names, without repeats. Where all beginnings of a value, or all that may follow one
/// within an expression, are expected, one word stands for them.
pub(super) fn names(rules: &[Rule]) -> Vec<&'static str> {
    let begins = rules.contains(&Rule::boolean);
    let goes_on = rules.contains(&Rule::or);
    let mut names = Vec::new();
    for &rule in rules {
        let name = match rule {
            Rule::kw_if
            | Rule::ident
            | Rule::shape
            | Rule::number
            | Rule::text
            | Rule::boolean
            | Rule::name
            | Rule::negate
            | Rule::not
            | Rule::open_paren
            | Rule::open_bracket
                if begins =>
            {
                VALUE
            }
            Rule::open_paren | Rule::open_bracket | Rule::dotdot if goes_on => continue,
            Rule::less_equal if goes_on => OPERATOR,
            Rule::dotdot if rules.contains(&Rule::atom) => continue,
            rule => name(rule),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.contains(&VALUE) {
        // A name is a value.
        names.retain(|&name| name != "a name");
    }
    names
}

#[allow(clippy::too_many_lines, reason = "a table: one arm a rule")]
fn name(rule: Rule) -> &'static str {
    match rule {
        Rule::semi => "`;`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::equals => "`=`",
        Rule::arrow => "`->`",
        Rule::dotdot => "`..`",
        Rule::open_brace | Rule::body => "`{`",
        Rule::close_brace => "`}`",
        Rule::open_paren | Rule::params | Rule::instance_args => "`(`",
        Rule::close_paren => "`)`",
        Rule::open_bracket | Rule::index | Rule::list => "`[`",
        Rule::close_bracket => "`]`",
        Rule::less_equal => "`<=`",
        Rule::instance => "`=`",
        Rule::EOI => "the end of the text",
        Rule::file | Rule::item | Rule::use_file | Rule::block | Rule::model => {
            "`model`, `block` or `use`"
        }
        Rule::visibility => "`pub`",
        Rule::outer_doc | Rule::inner_doc => "documentation",
        Rule::ident | Rule::names | Rule::param | Rule::instance_arg | Rule::each | Rule::limit => {
            "a name"
        }
        Rule::text | Rule::rename => "a string",
        Rule::number => "a number",
        Rule::tensor_value => "a layer, `last`, `if` or `{`",
        Rule::apply => "a layer",
        Rule::from => "`from`",
        Rule::as_name => "`as`",
        Rule::asserted => "`->`",
        Rule::or
        | Rule::and
        | Rule::equal
        | Rule::not_equal
        | Rule::greater_equal
        | Rule::less
        | Rule::greater
        | Rule::add
        | Rule::subtract
        | Rule::multiply
        | Rule::divide
        | Rule::remainder => OPERATOR,
        Rule::shape
        | Rule::boolean
        | Rule::name
        | Rule::negate
        | Rule::not
        | Rule::layer_item
        | Rule::atom
        | Rule::value
        | Rule::range_end
        | Rule::signed
        | Rule::expression
        | Rule::expression_text
        | Rule::operation
        | Rule::call
        | Rule::paren
        | Rule::if_value
        | Rule::ident_value => VALUE,
        Rule::statement
        | Rule::keyword
        | Rule::repeat
        | Rule::if_body
        | Rule::frozen
        | Rule::aux
        | Rule::let_tensor
        | Rule::assign
        | Rule::const_value
        | Rule::layer_weights
        | Rule::default_items
        | Rule::return_operands
        | Rule::input
        | Rule::output
        | Rule::weights
        | Rule::budget
        | Rule::train
        | Rule::winograd => "a statement",
        Rule::kw_pub => "`pub`",
        Rule::kw_crate => "`crate`",
        Rule::kw_use => "`use`",
        Rule::kw_model => "`model`",
        Rule::kw_block => "`block`",
        Rule::kw_let => "`let`",
        Rule::kw_mut => "`mut`",
        Rule::kw_const => "`const`",
        Rule::kw_if => "`if`",
        Rule::kw_else => "`else`",
        Rule::kw_repeat => "`repeat`",
        Rule::kw_in => "`in`",
        Rule::kw_from => "`from`",
        Rule::kw_as => "`as`",
        Rule::kw_last => "`last`",
        Rule::kw_return => "`return`",
        Rule::kw_default => "`default`",
        Rule::kw_layer => "`layer`",
        Rule::kw_true => "`true`",
        Rule::kw_false => "`false`",
        Rule::kw_input => "`input`",
        Rule::kw_output => "`output`",
        Rule::kw_aux => "`aux`",
        Rule::kw_weights => "`weights`",
        Rule::kw_rename => "`rename`",
        Rule::kw_budget => "`budget`",
        Rule::kw_train => "`train`",
        Rule::kw_winograd => "`winograd`",
        Rule::kw_frozen => "`frozen`",
        Rule::kw_tensor => "`tensor`",
        // Silent rules are never among those that an error lists.
        _ => "something else",
    }
}
