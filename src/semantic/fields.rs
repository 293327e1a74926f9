//! Fields of given data models, settings classes and tables.

use super::types::Type;
use super::{Model, Node, Place, UNREACHED_COUNT};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Role};

/// `name: annotation = value` in a class's body.
#[derive(Clone, Copy)]
pub struct Field<'m> {
    /// The statement.
    pub at: Node<'m>,
    pub name: &'m str,
    pub annotation: Node<'m>,
    pub value: Option<Node<'m>>,
}

impl Node<'_> {
    /// Whether a value's text shows what all of its fields hold: it is an object of a given data class that writes no text
    /// of its own.
    pub fn shows_all_fields(self) -> bool {
        let Type::Object(class) = self.ty() else { return false };
        let model = self.model;
        let Some(decorator) = model.data_class_decorator(class) else { return false };
        let is_hidden = decorator.keyword("repr").is_some_and(|shown| shown.resolved_value().is(Kind::False));
        !is_hidden && ["__repr__", "__str__"].iter().all(|name| model.method_of(class, name).is_none())
    }
}

impl<'m> Field<'m> {
    /// The options that `Field(…)` gives it.
    pub fn options(self) -> Option<Node<'m>> {
        self.value.filter(|value| value.does(Tag::DescribesField))
    }

    /// What it is where nothing is given.
    pub fn default(self) -> Option<Node<'m>> {
        match self.options() {
            Some(options) => {
                let default = options.argument_or_keyword(0, "default")?;
                (!default.is(Kind::Ellipsis)).then_some(default)
            }
            None => self.value.filter(|value| !value.is(Kind::Ellipsis)),
        }
    }

    /// Whether its type prints masked.
    pub fn is_masked(self) -> bool {
        let model = self.at.model;
        self.annotation.descendants().any(|part| {
            matches!(part.kind(), Kind::Name | Kind::Attribute)
                && model.type_has(model.instance_of_class(part.ty()), ClassTag::Secret)
        })
    }

    /// The environment variable from which a settings class fills it; nothing where a nested model is filled.
    pub fn variable_name(self, prefix: &str) -> Option<String> {
        if self.name.starts_with('_')
            || self.name == "model_config"
            || !self.annotation.named_models().is_empty()
        {
            return None;
        }
        let alias = self.options().and_then(|options| {
            ["validation_alias", "alias", "env"].iter().find_map(|name| options.keyword(name))
        });
        match alias {
            Some(alias) => alias.string().map(str::to_ascii_uppercase),
            None => Some(format!("{prefix}{}", self.name).to_ascii_uppercase()),
        }
    }

    /// Whether its annotation says that it is a text, perhaps an optional one.
    pub fn is_text(self) -> bool {
        self.annotation.descendants().any(|part| part.names("builtins.str"))
    }
}

impl<'s> Model<'s> {
    /// The `@dataclass` of a given class: Python's own, or Pydantic's, which makes the same methods.
    pub(super) fn data_class_decorator(&self, class: Place) -> Option<Node<'_>> {
        self.node(class).decorators().find(|decorator| {
            let named = decorator.callee().unwrap_or(*decorator);
            ["dataclasses.dataclass", "pydantic.dataclasses.dataclass"].iter().any(|path| named.names(path))
        })
    }

    /// The annotated fields of a given class, those of its given bases included where the class has none of that name.
    pub fn all_fields(&self, class: Place) -> Vec<Field<'_>> {
        let mut found: Vec<Field<'_>> = Vec::new();
        for class in self.given_bases(class) {
            for field in self.fields(class) {
                if !found.iter().any(|known| known.name == field.name) {
                    found.push(field);
                }
            }
        }
        found
    }

    /// The annotated fields in the body of a given class, those of its bases not included.
    pub fn fields(&self, class: Place) -> Vec<Field<'_>> {
        let class = self.node(class);
        let Some(body) = class.body() else { return Vec::new() };
        body.children()
            .filter(|statement| statement.is(Kind::AnnAssign))
            .filter_map(|at| {
                let name = at.targets().find(|target| target.is(Kind::Name))?.name();
                Some(Field { at, name, annotation: at.child(Role::Annotation)?, value: at.value() })
            })
            .collect()
    }

    /// The table that a mapped class names.
    pub fn table_name(&self, class: Place) -> Option<&str> {
        let name = self.class_attribute(class, "__tablename__")?.parent()?.value()?;
        name.string()
    }

    /// The columns in the body of a mapped class: the statement, and the name in the table.
    pub fn columns_of(&self, class: Place) -> Vec<(Node<'_>, &str)> {
        let Some(body) = self.node(class).body() else { return Vec::new() };
        body.children()
            .filter(|statement| matches!(statement.kind(), Kind::Assign | Kind::AnnAssign))
            .filter_map(|statement| {
                let target = statement.targets().find(|target| target.is(Kind::Name))?;
                let is_mapped = statement.child(Role::Annotation).is_some_and(|annotation| {
                    annotation.child(Role::Value).is_some_and(|name| name.name() == "Mapped")
                });
                let name = match statement.value() {
                    Some(value) if matches!(value.callee_name(), "Column" | "mapped_column") => {
                        value.argument(0).and_then(Node::string).unwrap_or_else(|| target.name())
                    }
                    // Without a value the annotation alone makes the column.
                    None if is_mapped => target.name(),
                    _ => return None,
                };
                Some((statement, name))
            })
            .collect()
    }

    /// What stands before the names of a settings class's variables; nothing if the code does not show it.
    pub fn variable_prefix(&self, class: Place) -> Option<&str> {
        let mut keywords =
            self.node(class).descendants_of(Kind::Keyword).filter(|node| node.name() == "env_prefix");
        if let Some(keyword) = keywords.next() {
            return keyword.value()?.string().or(Some(""));
        }
        // An inner `class Config` of Pydantic 1 may say it as well.
        let mut targets =
            self.node(class).descendants_of(Kind::Name).filter(|node| node.name() == "env_prefix");
        match targets.next() {
            Some(target) => target.parent()?.value()?.string(),
            None => Some(""),
        }
    }

    /// Whether a given class is a settings class: its fields are read from the environment.
    pub fn is_settings_class(&self, class: Place) -> bool {
        self.class_has(class, ClassTag::SettingsModel)
    }
}

impl<'m> Node<'m> {
    /// Whether a list or text can only be as long as somebody has written down: a field of a model with `max_length`, a
    /// parameter of a handler with one, or a parameter that receives nothing else.
    pub fn is_limited_in_length(self) -> bool {
        self.is_limited_within(0)
    }

    fn is_limited_within(self, depth: u32) -> bool {
        let limits = |part: Node<'m>| {
            part.descendants_of(Kind::Call).any(|call| {
                ["max_length", "max_items"]
                    .into_iter()
                    .filter_map(|name| call.keyword(name))
                    .any(|most| !most.is_no_limit(UNREACHED_COUNT))
            })
        };
        let value = self.unwrapped().resolved_value();
        let model: &'m Model<'m> = self.model;
        match value.kind() {
            Kind::Attribute => {
                let Some(Type::Object(class)) = value.receiver().map(Node::ty) else { return false };
                model
                    .class_attribute(class, value.name())
                    .and_then(|target| target.parent())
                    .is_some_and(|field| field.children().any(limits))
            }
            Kind::Name if depth < 4 => {
                let Some(parameter) = value.as_parameter() else { return false };
                if [Role::Default, Role::Annotation]
                    .iter()
                    .filter_map(|&role| parameter.child(role))
                    .any(limits)
                {
                    return true;
                }
                parameter.receives_only(|argument| argument.is_limited_within(depth + 1))
            }
            _ => false,
        }
    }

    /// The given data models that an annotation or an expression names: `list[AppOut]` is `AppOut`.
    pub fn named_models(self) -> Vec<Place> {
        let model: &'m Model<'m> = self.model;
        self.descendants()
            .filter(|part| matches!(part.kind(), Kind::Name | Kind::Attribute))
            .filter_map(|part| match part.ty() {
                Type::Class(place) if model.class_has(place, ClassTag::DataModel) => Some(place),
                _ => None,
            })
            .collect()
    }

    /// The given data models that a handler answers with, those within them included; where it declares none, the rows
    /// and models that it returns.
    pub fn response_models(self) -> Vec<Place> {
        let model: &'m Model<'m> = self.model;
        let declared = self.route().and_then(|decorator| decorator.keyword("response_model"));
        let mut found = match declared.or_else(|| self.child(Role::Returns)) {
            Some(declared) => declared.named_models(),
            None => self
                .own_returns()
                .filter_map(|node| node.child(Role::Value))
                .filter_map(|value| match value.ty() {
                    Type::Object(class)
                        if model.class_has(class, ClassTag::DataModel) || model.is_orm_model(class) =>
                    {
                        Some(class)
                    }
                    _ => None,
                })
                .collect(),
        };
        // Their fields may be models again.
        let mut next = 0;
        while let Some(&class) = found.get(next).filter(|_| next < 12) {
            next += 1;
            if model.is_orm_model(class) {
                continue;
            }
            for inner in model.fields(class).into_iter().flat_map(|field| field.annotation.named_models()) {
                if !found.contains(&inner) {
                    found.push(inner);
                }
            }
        }
        found
    }
}
