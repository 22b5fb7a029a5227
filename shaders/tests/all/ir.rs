//! The builder simplifies, the verifier finds every broken invariant.

use lacuna_shaders::ir::builder::Builder;
use lacuna_shaders::ir::verify::verify;
use lacuna_shaders::ir::{
    BinaryOp, Builtin, CompareOp, Function, Label, Op, Place, Stmt, Type, Value, Variable,
};
use lacuna_shaders::uniformity::{LaneLayout, Uniformity};

fn store(builder: &mut Builder, value: Value) {
    let (slot, offset) = (builder.int(0), builder.int(0));
    builder.store(Place::Buffer { set: 0, slot, offset }, value);
}

/// What remains of a body besides constants and built-ins.
fn rest(function: &Function) -> Vec<&Stmt> {
    let fixed = |s: &&Stmt| !matches!(s, Stmt::Let(_, Op::Constant(..) | Op::Builtin(_)));
    function.body.iter().filter(fixed).collect()
}

#[test]
fn constants_are_folded_and_identities_applied() {
    let mut builder = Builder::new();
    let x = builder.builtin(Builtin::LocalInvocationIndex);
    let (two, three, zero) = (builder.int(2), builder.int(3), builder.int(0));
    let five = builder.binary(BinaryOp::IAdd, two, three);
    assert_eq!(builder.constant_bits(five), Some(5));
    assert_eq!(builder.binary(BinaryOp::IAdd, zero, x), x);
    let a = builder.binary(BinaryOp::IAdd, x, two);
    let a = builder.binary(BinaryOp::IAdd, a, three);
    let b = builder.binary(BinaryOp::IAdd, five, x);
    assert_eq!(a, b, "the same sum is made once, however it is written");
    let eight = builder.int(8);
    let quotient = builder.binary(BinaryOp::UDiv, x, eight);
    let shifted = builder.binary(BinaryOp::UShr, x, three);
    assert_eq!(quotient, shifted);
}

#[test]
fn what_is_not_used_is_removed() {
    let mut builder = Builder::new();
    let x = builder.builtin(Builtin::LocalInvocationIndex);
    let unread = builder.variable(Type::I32);
    let sum = builder.binary(BinaryOp::IAdd, x, x);
    builder.set(unread, sum);
    builder.begin_if(x);
    builder.begin_else();
    builder.end_if();
    store(&mut builder, x);
    let function = builder.finish();
    assert_eq!(rest(&function).len(), 1, "{:?}", function.body);
    verify(&function).unwrap();
}

#[test]
fn a_value_used_behind_its_loop_is_carried_out() {
    let mut builder = Builder::new();
    let x = builder.builtin(Builtin::LocalInvocationIndex);
    let exit = builder.begin_block();
    let again = builder.begin_loop();
    let slot = builder.int(0);
    let loaded = builder.load(Type::I32, Place::Buffer { set: 0, slot, offset: x });
    let done = builder.compare(CompareOp::IEq, loaded, x);
    builder.begin_if(done);
    builder.break_(exit);
    builder.begin_else();
    builder.end_if();
    builder.continue_(again);
    builder.end_loop();
    builder.end_block();
    store(&mut builder, loaded);
    let function = builder.finish();
    verify(&function).unwrap();
    assert_eq!(function.variables.len(), 1);
}

#[test]
fn a_variable_set_in_a_branch_is_read_again_behind_it() {
    let mut builder = Builder::new();
    let x = builder.builtin(Builtin::LocalInvocationIndex);
    let (one, two) = (builder.int(1), builder.int(2));
    let variable = builder.variable(Type::I32);
    builder.set(variable, one);
    assert_eq!(builder.get(variable), one);
    let condition = builder.compare(CompareOp::IEq, x, one);
    builder.begin_if(condition);
    builder.set(variable, two);
    assert_eq!(builder.get(variable), two);
    builder.begin_else();
    assert_eq!(builder.get(variable), one);
    builder.end_if();
    let behind = builder.get(variable);
    assert!(behind != one && behind != two);
    builder.begin_if(condition);
    builder.set(variable, one);
    builder.ret();
    builder.begin_else();
    builder.end_if();
    assert_eq!(builder.get(variable), behind, "the branch that sets it does not come back");
    store(&mut builder, behind);
    verify(&builder.finish()).unwrap();
}

#[test]
fn blocks_without_need_dissolve() {
    let mut builder = Builder::new();
    let x = builder.builtin(Builtin::LocalInvocationIndex);
    let one = builder.int(1);
    let condition = builder.compare(CompareOp::IEq, x, one);
    let label = builder.begin_block();
    builder.begin_if(condition);
    store(&mut builder, one);
    builder.break_(label);
    builder.begin_else();
    builder.break_(label);
    builder.end_if();
    builder.end_block();
    assert!(!builder.is_dead());
    let function = builder.finish();
    let [Stmt::Let(..), Stmt::If { then, otherwise, .. }] = rest(&function)[..] else {
        panic!("{:?}", function.body)
    };
    assert_eq!((then.len(), otherwise.len()), (1, 0));
}

/// A function of these statements over two values (`I32`, `Bool`), one variable (`I32`) and one label.
fn function(body: Vec<Stmt>) -> Function {
    Function {
        values: vec![Type::I32, Type::Bool],
        variables: vec![Type::I32],
        labels: 1,
        body,
        ..Default::default()
    }
}

#[test]
fn broken_invariants_are_found() {
    let (word, flag) = (Value(0), Value(1));
    let define = || Stmt::Let(word, Op::Constant(Type::I32, 7));
    let define_flag = || Stmt::Let(flag, Op::Constant(Type::Bool, 1));
    let label = Label(0);
    let broken: Vec<(Vec<Stmt>, &str)> = vec![
        (vec![Stmt::Set(Variable(0), word)], "a value is used in the scope of its definition"),
        (vec![define(), define()], "a value is defined once"),
        (vec![Stmt::Let(flag, Op::Constant(Type::I32, 1))], "a value is of its operation's type"),
        (vec![Stmt::Let(word, Op::Constant(Type::I32, 1 << 32))], "a constant fits its type"),
        (vec![define(), Stmt::Set(Variable(1), word)], "a variable is declared"),
        (vec![define_flag(), Stmt::Set(Variable(0), flag)], "operand types fit the operation"),
        (vec![Stmt::Break(label)], "a break names an enclosing label"),
        (
            vec![Stmt::Block { label, body: vec![Stmt::Continue(label)] }],
            "a continue names an enclosing loop",
        ),
        (vec![Stmt::Loop { label: Label(1), body: vec![] }], "a label is declared"),
        (
            vec![Stmt::Block { label, body: vec![define()] }, Stmt::Set(Variable(0), word)],
            "a value is used in the scope of its definition",
        ),
        (
            vec![define(), define_flag(), Stmt::Store { place: Place::Shared { offset: word }, value: flag }],
            "booleans have no memory representation",
        ),
        (
            vec![define(), Stmt::Store { place: Place::PushConstant { offset: word }, value: word }],
            "push constants are not written",
        ),
        (
            vec![define(), Stmt::Let(flag, Op::Compare(CompareOp::FLt, word, word))],
            "operand types fit the operation",
        ),
    ];
    for (body, rule) in broken {
        assert_eq!(verify(&function(body)).unwrap_err().rule(), rule);
    }
    let fine =
        vec![define(), Stmt::Loop { label, body: vec![Stmt::Set(Variable(0), word), Stmt::Break(label)] }];
    verify(&function(fine)).unwrap();
}

#[test]
fn what_a_loop_does_not_change_moves_in_front_of_it() {
    let mut builder = Builder::new();
    let x = builder.builtin(Builtin::LocalInvocationIndex);
    let (one, ten) = (builder.int(1), builder.int(10));
    let counter = builder.variable(Type::I32);
    builder.set(counter, one);
    let exit = builder.begin_block();
    let again = builder.begin_loop();
    let n = builder.get(counter);
    let done = builder.compare(CompareOp::UGe, n, ten);
    builder.begin_if(done);
    let rare = builder.binary(BinaryOp::IMul, x, ten);
    store(&mut builder, rare);
    builder.break_(exit);
    builder.begin_else();
    let offset = builder.int(0);
    let pushed = builder.load_constant(Type::I32, Place::PushConstant { offset });
    let fixed = builder.binary(BinaryOp::IAdd, pushed, x);
    let changing = builder.binary(BinaryOp::IMul, fixed, n);
    let slot = builder.int(0);
    let loaded = builder.load(Type::I32, Place::Buffer { set: 0, slot, offset: x });
    let sum = builder.binary(BinaryOp::IAdd, changing, loaded);
    store(&mut builder, sum);
    let next = builder.binary(BinaryOp::IAdd, n, one);
    builder.set(counter, next);
    builder.continue_(again);
    builder.end_if();
    builder.end_loop();
    builder.end_block();
    let function = builder.finish();
    verify(&function).unwrap();
    let outside: Vec<Value> = function
        .body
        .iter()
        .flat_map(|stmt| match stmt {
            Stmt::Block { body, .. } => body.as_slice(),
            stmt => std::slice::from_ref(stmt),
        })
        .filter_map(|stmt| if let Stmt::Let(value, _) = stmt { Some(*value) } else { None })
        .collect();
    assert!(outside.contains(&pushed) && outside.contains(&fixed), "{function}");
    for stays in [changing, loaded, rare, n] {
        assert!(!outside.contains(&stays), "{stays} in {function}");
    }
}

#[test]
fn what_a_loop_may_never_ask_of_a_descriptor_is_not_asked_before() {
    let mut builder = Builder::new();
    let x = builder.builtin(Builtin::LocalInvocationIndex);
    let zero = builder.int(0);
    let exit = builder.begin_block();
    let again = builder.begin_loop();
    let word = builder.load(Type::I32, Place::Buffer { set: 0, slot: zero, offset: x });
    let done = builder.compare(CompareOp::IEq, word, zero);
    builder.begin_if(done);
    builder.break_(exit);
    builder.begin_else();
    let chosen = builder.buffer_size(0, x);
    let fixed = builder.buffer_size(0, zero);
    store(&mut builder, chosen);
    store(&mut builder, fixed);
    builder.continue_(again);
    builder.end_if();
    builder.end_loop();
    builder.end_block();
    let text = builder.finish().to_string();
    let (outside, inside) = text.split_once("loop").unwrap();
    let defines = |text: &str, value: Value| text.contains(&format!("{value}: "));
    assert!(defines(outside, fixed) && !defines(outside, chosen), "{text}");
    assert!(defines(inside, chosen), "{text}");
}

#[test]
fn short_branches_are_computed_and_selected_from() {
    let mut builder = Builder::new();
    let x = builder.builtin(Builtin::LocalInvocationIndex);
    let (one, two) = (builder.int(1), builder.int(2));
    let [both, first] = [(); 2].map(|()| builder.variable(Type::I32));
    builder.set(first, two);
    let condition = builder.compare(CompareOp::ULt, x, two);
    builder.begin_if(condition);
    let sum = builder.binary(BinaryOp::IAdd, x, one);
    builder.set(both, sum);
    builder.set(first, x);
    builder.begin_else();
    let product = builder.binary(BinaryOp::IMul, x, x);
    builder.set(both, product);
    builder.end_if();
    let (both, first) = (builder.get(both), builder.get(first));
    store(&mut builder, both);
    store(&mut builder, first);
    let function = builder.finish();
    verify(&function).unwrap();
    let op = |value| {
        let definition =
            function.body.iter().find(|s| matches!(s, Stmt::Let(defined, _) if *defined == value));
        definition.map(|stmt| if let Stmt::Let(_, op) = stmt { op.clone() } else { Op::Helper })
    };
    assert_eq!(op(both), Some(Op::Select(condition, sum, product)), "{function}");
    assert_eq!(op(first), Some(Op::Select(condition, x, two)), "{function}");
}

#[test]
fn branches_with_effects_stay() {
    let mut builder = Builder::new();
    let x = builder.builtin(Builtin::LocalInvocationIndex);
    let one = builder.int(1);
    let condition = builder.compare(CompareOp::ULt, x, one);
    builder.begin_if(condition);
    store(&mut builder, x);
    builder.begin_else();
    builder.end_if();
    let function = builder.finish();
    assert!(function.body.iter().any(|stmt| matches!(stmt, Stmt::If { .. })), "{function}");
}

#[test]
fn loops_forget_what_nobody_reads_before_it_is_set() {
    let text = |otherwise: &str| {
        format!(
            "workgroup 64 1 1\nvariable x0 I32\nvariable x1 I32\n\
             v0: I32 = Builtin GlobalInvocationId.0\nv1: I32 = Constant 4\nv2: I32 = Constant 0\n\
             loop l0 {{\nv3: I32 = Get x0\nv4: Bool = ULt v3 v0\nif v4 {{\nset x1 v3\n}} else {{\n{otherwise}}}\n\
             v5: I32 = Get x1\nv6: Bool = ULt v5 v1\nif v6 {{\nset x0 v5\ncontinue l0\n}}\n}}\n"
        )
    };
    let forgotten = |text: String| {
        let function: Function = text.parse().unwrap();
        Uniformity::new(&function, LaneLayout::of(&function)).forgotten.concat()
    };
    assert_eq!(forgotten(text("set x1 v0\n")), [Variable(1)]);
    assert_eq!(forgotten(text("")), []);
    // Lanes that have left the loop still want it.
    let read_later = text("set x1 v0\n") + "v7: I32 = Get x1\nstore buffer 0 v2 v2 v7\n";
    assert_eq!(forgotten(read_later), []);
}
