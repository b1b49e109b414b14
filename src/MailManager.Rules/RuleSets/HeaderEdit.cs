namespace MailManager.Rules.RuleSets;

/// <summary>What a header action does to the fields of one name. Equal edits of a rule set are one object.</summary>
/// <param name="Name">Field name; case ignored.</param>
/// <param name="Line">The field that is added; null: none.</param>
/// <param name="Removes">Fields of that name are taken away first, those of the message and those that rules have added.</param>
internal sealed record HeaderEdit(string Name, AddedHeader? Line, bool Removes);
