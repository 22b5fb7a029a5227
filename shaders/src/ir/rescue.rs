//! Values used where their scope is closed: invariant 2 of the [builder](super::builder).

use std::collections::HashMap;

use super::{Stmt, Value, Variable};

/// Copies rescued values to their variables.
pub(super) fn rescue(list: &mut Vec<Stmt>, rescued: &HashMap<Value, Variable>) {
    let mut copies = Vec::new();
    for (i, statement) in list.iter_mut().enumerate() {
        match statement {
            Stmt::Let(value, _) => copies.extend(rescued.get(value).map(|&variable| (i, variable, *value))),
            Stmt::If { then, otherwise, .. } => {
                rescue(then, rescued);
                rescue(otherwise, rescued);
            }
            Stmt::Block { body, .. } | Stmt::Loop { body, .. } => rescue(body, rescued),
            _ => {}
        }
    }
    if copies.is_empty() {
        return;
    }
    let mut copies = copies.into_iter().peekable();
    let old = std::mem::take(list);
    for (i, statement) in old.into_iter().enumerate() {
        list.push(statement);
        if let Some((_, variable, value)) = copies.next_if(|copy| copy.0 == i) {
            list.push(Stmt::Set(variable, value));
        }
    }
}
