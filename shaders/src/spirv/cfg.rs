//! One function's control flow: its blocks in reverse postorder with their dominators.
//!
//! Made once per function, read by [`control_flow`](crate::translate) to build the tree of statements. Structured code is made
//! from dominators, not from merge instructions (N. Ramsey, "Beyond Relooper", 2022), so any reducible function will do.
//! One thing is taken from the merge instructions: where a loop ends. An edge from each loop's header to its merge block is
//! added (if that is reachable at all), so that the merge block counts as dominated by the header and stands behind the loop,
//! even where a single `break` leads there. Without it, invocations that leave a loop at different times would each run what
//! follows on their own.
//!
//! # Invariants
//! 1. Nodes are numbered in reverse postorder: node 0 is the entry, a forward edge leads to a higher number.
//! 2. Within a loop whose merge block is M, a node of the loop has a lower number than M.
//! 3. Every edge to a number not higher leads to a node that dominates its source: the graph is reducible.

use std::ops::Range;

use spirv::Op;

use super::module::{FunctionParts, Module};
use super::parse::Instruction;
use crate::CompileError;
use crate::hash::FastMap;

/// Index of a node.
pub(crate) type Node = usize;

/// One basic block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// Id of its label.
    pub(crate) label: u32,
    /// Indices of its instructions, without label, merge and terminator.
    pub(crate) body: Range<usize>,
    /// Index of its terminator.
    pub(crate) terminator: usize,
    /// Where the loop ends that it is the header of.
    pub(crate) loop_merge: Option<Node>,
    /// Whether a back edge leads here.
    pub(crate) is_loop: bool,
    /// Whether it is reached over several edges, or ends a loop: its code then stands behind a block that breaks lead out of.
    pub(crate) is_join: bool,
    /// The joins that it dominates directly, in ascending order.
    pub(crate) joins: Vec<Node>,
    idom: Node,
}

/// A function's blocks.
#[derive(Clone, Debug)]
pub(crate) struct Cfg {
    /// The reachable blocks.
    pub(crate) blocks: Vec<Block>,
    nodes: FastMap<u32, Node>,
}

impl Cfg {
    /// The node with that label.
    pub(crate) fn node(&self, label: u32) -> Option<Node> {
        self.nodes.get(&label).copied()
    }
}

/// A block in the order of the module.
struct Raw {
    label: u32,
    body: Range<usize>,
    terminator: usize,
    successors: Vec<usize>,
    loop_merge: Option<usize>,
}

/// Analyses a function.
pub(crate) fn build(
    module: &Module<'_>,
    parts: &FunctionParts,
    selector_words: impl Fn(u32) -> usize,
) -> Result<Cfg, CompileError> {
    let raw = cut(module, parts, selector_words)?;
    let plain = postorder(&raw, |block| block.successors.clone());
    let mut reachable = vec![false; raw.len()];
    plain.iter().for_each(|&block| reachable[block] = true);
    // The merge block first: what is visited first comes last in reverse postorder (invariant 2).
    let loop_merge = |block: &Raw| block.loop_merge.filter(|&merge| reachable[merge]);
    let mut order = postorder(&raw, |block| {
        let mut next: Vec<usize> = loop_merge(block).into_iter().collect();
        next.extend(&block.successors);
        next
    });
    order.reverse();
    let mut number = vec![usize::MAX; raw.len()];
    order.iter().enumerate().for_each(|(node, &block)| number[block] = node);

    let mut forward: Vec<Vec<Node>> = vec![Vec::new(); order.len()];
    let mut back: Vec<(Node, Node)> = Vec::new();
    let mut edges = vec![0u32; order.len()];
    let mut ends_loop = vec![false; order.len()];
    for (node, &block) in order.iter().enumerate() {
        for &successor in &raw[block].successors {
            let to = number[successor];
            if to <= node {
                back.push((node, to));
            } else {
                forward[to].push(node);
                edges[to] += 1;
            }
        }
        if let Some(merge) = loop_merge(&raw[block]) {
            let to = number[merge];
            if to <= node {
                return Err(
                    module.instructions[raw[block].terminator].error("a loop's merge block precedes it")
                );
            }
            forward[to].push(node);
            ends_loop[to] = true;
        }
    }
    let idom = dominators(&forward);
    let mut blocks: Vec<Block> = order
        .iter()
        .enumerate()
        .map(|(node, &block)| Block {
            label: raw[block].label,
            body: raw[block].body.clone(),
            terminator: raw[block].terminator,
            loop_merge: loop_merge(&raw[block]).map(|merge| number[merge]),
            is_loop: false,
            is_join: edges[node] > 1 || ends_loop[node],
            joins: Vec::new(),
            idom: idom[node],
        })
        .collect();
    for (from, to) in back {
        if !dominates(&blocks, to, from) {
            return Err(CompileError::unsupported("irreducible control flow"));
        }
        blocks[to].is_loop = true;
    }
    for node in 1..blocks.len() {
        if blocks[node].is_join {
            let idom = blocks[node].idom;
            blocks[idom].joins.push(node);
        }
    }
    let nodes = blocks.iter().enumerate().map(|(node, block)| (block.label, node)).collect();
    Ok(Cfg { blocks, nodes })
}

/// The function's blocks, with successors as positions in the list.
fn cut(
    module: &Module<'_>,
    parts: &FunctionParts,
    selector_words: impl Fn(u32) -> usize,
) -> Result<Vec<Raw>, CompileError> {
    let mut raw: Vec<Raw> = Vec::new();
    let mut targets: Vec<(Vec<u32>, Option<u32>)> = Vec::new();
    let mut at = parts.body.start;
    while at < parts.body.end {
        let first = &module.instructions[at];
        if first.is_note() {
            at += 1;
            continue;
        }
        if first.op != Op::Label {
            return Err(first.error("stands outside a block"));
        }
        let instructions = &module.instructions[at..parts.body.end];
        let length = instructions.iter().position(|i| is_terminator(i.op));
        let terminator = at + length.ok_or_else(|| first.error("the block does not end"))?;
        let mut end = terminator;
        let mut loop_merge = None;
        for i in (at + 1..terminator).rev() {
            match module.instructions[i].op {
                Op::SelectionMerge => end = i,
                Op::LoopMerge => {
                    end = i;
                    loop_merge = Some(module.instructions[i].operand(0)?);
                }
                Op::Line | Op::NoLine => {}
                _ => break,
            }
        }
        targets.push((branch_targets(&module.instructions[terminator], &selector_words)?, loop_merge));
        raw.push(Raw {
            label: first.result,
            body: at + 1..end,
            terminator,
            successors: Vec::new(),
            loop_merge: None,
        });
        at = terminator + 1;
    }
    if raw.is_empty() {
        return Err(module.instructions[parts.definition].error("the function has no body"));
    }
    let by_label: FastMap<u32, usize> = raw.iter().enumerate().map(|(i, block)| (block.label, i)).collect();
    for (block, (targets, merge)) in raw.iter_mut().zip(targets) {
        let find = |label: u32| {
            let terminator = &module.instructions[block.terminator];
            by_label
                .get(&label)
                .copied()
                .ok_or_else(|| terminator.error("a target is no block of the function"))
        };
        block.loop_merge = merge.map(find).transpose()?;
        block.successors = targets.into_iter().map(find).collect::<Result<_, _>>()?;
    }
    Ok(raw)
}

/// The labels that a terminator may branch to, each once.
fn branch_targets(
    terminator: &Instruction<'_>,
    selector_words: impl Fn(u32) -> usize,
) -> Result<Vec<u32>, CompileError> {
    let mut targets = match terminator.op {
        Op::Branch => vec![terminator.operand(0)?],
        Op::BranchConditional => vec![terminator.operand(1)?, terminator.operand(2)?],
        Op::Switch => {
            let mut targets = vec![terminator.operand(1)?];
            targets
                .extend(switch_cases(terminator, selector_words(terminator.operand(0)?)).map(|case| case.1));
            targets
        }
        _ => Vec::new(),
    };
    targets.sort_unstable();
    targets.dedup();
    Ok(targets)
}

/// A switch's literals and labels; a literal has one or two words.
pub(crate) fn switch_cases(terminator: &Instruction<'_>, words: usize) -> impl Iterator<Item = (u64, u32)> {
    terminator.rest(2).chunks_exact(words + 1).map(move |case| {
        let high = if words == 2 { u64::from(case[1]) << 32 } else { 0 };
        (u64::from(case[0]) | high, case[words])
    })
}

fn is_terminator(op: Op) -> bool {
    matches!(
        op,
        Op::Branch
            | Op::BranchConditional
            | Op::Switch
            | Op::Return
            | Op::ReturnValue
            | Op::Kill
            | Op::TerminateInvocation
            | Op::Unreachable
            | Op::IgnoreIntersectionKHR
            | Op::TerminateRayKHR
            | Op::EmitMeshTasksEXT
    )
}

/// Blocks reachable from the first, each after all that are reached from it first.
fn postorder(raw: &[Raw], next: impl Fn(&Raw) -> Vec<usize>) -> Vec<usize> {
    let mut seen = vec![false; raw.len()];
    let mut order = Vec::with_capacity(raw.len());
    let mut stack = vec![(0, next(&raw[0]).into_iter())];
    seen[0] = true;
    while let Some((block, successors)) = stack.last_mut() {
        match successors.next() {
            Some(successor) if seen[successor] => {}
            Some(successor) => {
                seen[successor] = true;
                stack.push((successor, next(&raw[successor]).into_iter()));
            }
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order
}

/// Immediate dominators. One pass in this order finds them where the graph is reducible; if it is not, that shows when the
/// back edges are checked.
fn dominators(forward: &[Vec<Node>]) -> Vec<Node> {
    let mut idom: Vec<Node> = vec![0; forward.len()];
    for node in 1..forward.len() {
        let mut common = forward[node].first().copied().unwrap_or(0);
        for &from in &forward[node][1.min(forward[node].len())..] {
            let (mut a, mut b) = (common, from);
            while a != b {
                if a > b {
                    a = idom[a];
                } else {
                    b = idom[b];
                }
            }
            common = a;
        }
        idom[node] = common;
    }
    idom
}

fn dominates(blocks: &[Block], dominator: Node, mut node: Node) -> bool {
    while node > dominator {
        node = blocks[node].idom;
    }
    node == dominator
}
