//! Where in a message something stands: built on the stack, written out only for a finding.

use std::fmt;

/// A step from the root, linked to the one above it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'p> {
    above: Option<&'p Place<'p>>,
    name: &'p str,
    /// From 1; absent for an element that stands once.
    index: Option<usize>,
}

impl<'p> Place<'p> {
    /// The root element.
    pub(crate) const fn root(name: &'p str) -> Self {
        Self { above: None, name, index: None }
    }

    /// An element that stands once.
    pub(crate) const fn child<'c>(&'c self, name: &'c str) -> Place<'c>
    where
        'p: 'c,
    {
        Place { above: Some(self), name, index: None }
    }

    /// The `index`th element of its name, from 1.
    pub(crate) const fn nth<'c>(&'c self, name: &'c str, index: usize) -> Place<'c>
    where
        'p: 'c,
    {
        Place { above: Some(self), name, index: Some(index) }
    }

    /// The pointer of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> String {
        format!("{self}/@{}", shown(name))
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            above.fmt(f)?;
        }
        write!(f, "/{}", shown(self.name))?;
        match self.index {
            Some(index) => write!(f, "[{index}]"),
            None => Ok(()),
        }
    }
}

/// A name, cut where a hostile sender makes it long: the standard's names are much shorter.
fn shown(name: &str) -> &str {
    const LONGEST: usize = 64;
    name.char_indices().nth(LONGEST).and_then(|(end, _)| name.get(..end)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_counts_from_one() {
        let root = Place::root("CEB621Message");
        let document = root.nth("Inventory", 2);
        let head = document.child("InventoryHead");
        assert_eq!(
            head.child("orderNo").to_string(),
            "/CEB621Message/Inventory[2]/InventoryHead/orderNo"
        );
        assert_eq!(root.attribute("guid"), "/CEB621Message/@guid");
    }

    #[test]
    fn a_pointer_stays_short_whatever_the_names() {
        let name = "名".repeat(100_000);
        assert_eq!(Place::root(&name).to_string().chars().count(), 65);
        assert_eq!(Place::root("x").attribute(&name).chars().count(), 68);
    }
}
