use super::{coarsen, with_packets};
use crate::ir::{Function, verify};

fn function(text: &str) -> Function {
    let function: Function = text.parse().unwrap();
    verify::verify(&function).unwrap();
    function
}

/// A loop of all lanes that adds up words, `group` invocations wide.
fn sum(group: u32) -> String {
    format!(
        "workgroup {group} 1 1
variable x0 I32
variable x1 I32
v0: I32 = Constant 0
v1: I32 = Constant 4
v2: I32 = Constant 1024
v3: I32 = Builtin LocalInvocationIndex
v4: I32 = IMul v3 v1
loop l0 {{
  v5: I32 = Get x0
  v6: I32 = IAdd v4 v5
  v7: I32 = Load buffer 0 v0 v6
  v8: I32 = Get x1
  v9: I32 = IAdd v7 v8
  set x1 v9
  v10: I32 = IAdd v5 v1
  set x0 v10
  v11: Bool = ULt v10 v2
  if v11 {{
    continue l0
  }}
}}
v12: I32 = Get x1
store buffer 0 v0 v4 v12
"
    )
}

#[test]
fn packets_share_the_counter_of_a_loop_and_have_their_own_sums() {
    let text = with_packets(&function(&sum(64)), 2).unwrap().to_string();
    let count = |word: &str| text.matches(word).count();
    assert_eq!((count("loop"), count("Load"), count("store")), (1, 2, 2), "{text}");
    assert_eq!((count("set x0"), count("set x1"), count("set x2")), (1, 1, 1), "{text}");
    assert!(text.contains("Constant 0x20"), "32 bytes from packet to packet: {text}");
}

#[test]
fn a_small_loop_takes_four_packets_and_no_more_than_its_group_has() {
    assert_eq!(coarsen(&function(&sum(64))).unwrap().extra_packets, 3);
    assert!(coarsen(&function(&sum(8))).is_none());
    assert!(coarsen(&function(&sum(20))).is_none());
}

#[test]
fn what_only_some_lanes_do_is_repeated_for_each_packet() {
    let before = "workgroup 16 1 1
v0: I32 = Constant 0
v1: I32 = Constant 4
v2: I32 = Builtin LocalInvocationIndex
v3: I32 = IMul v2 v1
v4: I32 = Load buffer 0 v0 v3
v5: Bool = ULt v4 v1
if v5 {
  store buffer 0 v0 v3 v1
}
";
    let text = with_packets(&function(before), 2).unwrap().to_string();
    assert_eq!((text.matches("if ").count(), text.matches("store").count()), (2, 2), "{text}");
}

#[test]
fn functions_that_look_at_their_subgroup_stay_as_they_are() {
    let before = "workgroup 16 1 1
v0: I32 = Builtin SubgroupId
v1: I32 = Constant 0
store buffer 0 v1 v1 v0
";
    assert!(with_packets(&function(before), 2).is_none());
}

#[test]
fn lanes_that_leave_for_good_keep_packets_apart() {
    let before = "workgroup 16 1 1
v0: I32 = Constant 0
v1: I32 = Builtin LocalInvocationIndex
v2: Bool = ULt v1 v0
if v2 {
  return
}
store buffer 0 v0 v0 v1
";
    assert!(with_packets(&function(before), 2).is_none());
}
