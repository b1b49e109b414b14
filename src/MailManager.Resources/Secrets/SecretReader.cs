using System.Collections.Immutable;
using System.Text;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Secrets;

/// <summary>
/// Reads a <see cref="Secret"/>: <c>Name</c>, <c>SecretString</c> and <c>PreviousSecretString</c>, each of the two a map or, as in AWS
/// Secrets Manager, JSON text of one. No message ever repeats a value.
/// </summary>
public static class SecretReader
{
    /// <summary>Characters of one value, after substitution.</summary>
    private const int MaximumValue = SecretSubstitution.MaximumFileSize;

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    /// <param name="substitution">Null when values stand for themselves, as in a request.</param>
    public static Secret? Read(DocumentValue value, SecretSubstitution? substitution)
    {
        if (value.Map(["Name", "SecretString", "PreviousSecretString"]) is not { } map)
        {
            return null;
        }

        var nameValue = map.Required("Name");
        var name = nameValue?.Text(SecretName.Name);
        if (name is not null)
        {
            value.Context.Declare(ResourceKind.Secret, name, nameValue!);
        }

        var values = map.Required("SecretString") is { } secretString ? ReadValues(secretString, substitution) : null;
        var previous = map.Optional("PreviousSecretString") is { } previousString ? ReadValues(previousString, substitution) : null;
        return map.Failed ? null : new Secret(name!, values!, previous);
    }

    private static ImmutableDictionary<string, string>? ReadValues(DocumentValue value, SecretSubstitution? substitution)
    {
        if (value.Node is MapNode given)
        {
            return ReadMap(value, given, substitution);
        }

        if (value.Node is ScalarNode { Kind: ScalarKind.Plain or ScalarKind.Text } text && ParseJson(text.Text) is { } json)
        {
            return ReadMap(value, json, substitution);
        }

        value.Error("must be a map, or text that is a JSON object with different keys");
        return null;
    }

    private static ImmutableDictionary<string, string>? ReadMap(DocumentValue value, MapNode map, SecretSubstitution? substitution)
    {
        var values = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            // Within JSON text there are no lines of the file: the text's own place is named.
            var isInFile = ReferenceEquals(map, value.Node);
            var location = isInFile ? entry.KeyLocation : value.Location;
            if (ReadValue(entry, substitution, out var problem) is { } read)
            {
                values[entry.Key] = read;
            }
            else if (entry.Value is ScalarNode { Kind: ScalarKind.Null })
            {
                // In { password: ab,cd } the second half of the password is a key.
                value.Context.Errors.Add(location, value.Path, "has a key without a value; put values with punctuation in quotes");
            }
            else
            {
                value.Context.Errors.Add(location, value.Path.Key(entry.Key), problem!);
            }
        }

        if (map.Entries.IsEmpty)
        {
            value.Error("has no keys");
        }

        return values.ToImmutable();
    }

    private static string? ReadValue(MapEntry entry, SecretSubstitution? substitution, out string? problem)
    {
        if (entry.Value is not ScalarNode { Kind: ScalarKind.Plain or ScalarKind.Text } scalar)
        {
            problem = "must be text, in quotes";
            return null;
        }

        problem = null;
        var text = substitution is null ? scalar.Text : substitution.Apply(scalar.Text, out problem);
        if (text is not { Length: > MaximumValue })
        {
            return text;
        }

        problem = $"must have at most {MaximumValue} characters";
        return null;
    }

    /// <summary>Errors inside the text are not passed on: they could show parts of it.</summary>
    private static MapNode? ParseJson(string text)
    {
        var errors = new DocumentErrors();
        var node = DocumentReader.Read(Encoding.UTF8.GetBytes(text), "", DocumentFormat.Json, errors);
        return errors.Count == 0 ? node as MapNode : null;
    }
}
