using System.Collections.Immutable;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Secrets;

namespace MailManager.Resources.IngressPoints;

/// <summary>Reads passwords of AUTH: the ingress point's own, and those of <c>Credentials</c>. No message repeats one.</summary>
internal static class IngressPasswordReader
{
    internal static readonly TextRule SmtpPassword = new(8, 64, @"[A-Za-z0-9!@#$%^&*()_+\-=\[\]{}|.,?]+", isSecret: true);
    internal static readonly TextRule CredentialName = new(1, 64, "[A-Za-z0-9_.@-]+");

    private const int MaximumCredentials = 1000;

    /// <summary>Exactly one of these is given.</summary>
    public static ImmutableArray<string> Keys { get; } = ["SmtpPassword", "SecretArn"];

    /// <summary>
    /// In <c>{ SmtpPassword: ab,cd }</c> the second half of the password is a key, and must not be shown as one that is not known.
    /// </summary>
    public static bool IsInPieces(DocumentValue value)
    {
        if (value.Node is MapNode map
            && map.Entries.FirstOrDefault(entry => entry.Value is ScalarNode { Kind: ScalarKind.Null } && !Keys.Contains(entry.Key)) is { } piece)
        {
            value.Context.Errors.Add(
                piece.KeyLocation, value.Path, "has a key without a value; put passwords with punctuation in quotes");
            return true;
        }

        return false;
    }

    /// <param name="member">One of <see cref="Keys"/>.</param>
    /// <param name="substitution">Null when values stand for themselves, as in a request.</param>
    public static IngressPassword? Read(UnionMember member, SecretSubstitution? substitution)
    {
        if (member.Key == "SmtpPassword")
        {
            var password = SubstitutedText.Read(member.Value, SmtpPassword, substitution, SecretSubstitution.MaximumFileSize);
            return password is null ? null : new IngressPassword.Managed(password);
        }

        if (SecretName.Read(member.Value) is not { } secret)
        {
            return null;
        }

        member.Value.Context.ReferSecret(secret, member.Value, IngressCredentials.ProblemsWith);
        return new IngressPassword.FromSecret(secret);
    }

    /// <summary>Reads <c>Credentials</c>.</summary>
    /// <param name="ingressPoint">Holds them.</param>
    /// <param name="type">Null when it could not be read.</param>
    /// <param name="name">The ingress point's name, which is a user name already; null when it could not be read.</param>
    /// <param name="substitution">Null when values stand for themselves, as in a request.</param>
    public static ImmutableArray<IngressCredential> ReadCredentials(
        MapReader ingressPoint, IngressPointType? type, string? name, SecretSubstitution? substitution)
    {
        if (type is IngressPointType.Open or IngressPointType.Mtls && ingressPoint.Optional("Credentials") is { } value)
        {
            value.Error($"does not belong to an ingress point of type {IngressPointWords.Type.WordOf(type.Value)}");
        }

        var taken = new Dictionary<string, DocumentValue>(StringComparer.Ordinal);
        return ingressPoint.Items("Credentials", 0, MaximumCredentials, item => ReadCredential(item, name, taken, substitution));
    }

    private static IngressCredential? ReadCredential(
        DocumentValue value, string? ingressPoint, Dictionary<string, DocumentValue> taken, SecretSubstitution? substitution)
    {
        if (IsInPieces(value) || value.Map(["Name", .. Keys]) is not { } map)
        {
            return null;
        }

        var hasUnknown = map.Failed;
        var nameValue = map.Required("Name");
        var name = nameValue?.Text(CredentialName);
        if (name is not null && name == ingressPoint)
        {
            nameValue!.Error($"'{name}' is the ingress point's own name, whose password is in IngressPointConfiguration");
        }
        else if (name is not null && !taken.TryAdd(name, nameValue!))
        {
            nameValue!.Error($"another credential here is named '{name}', on line {taken[name].Location.Line}");
        }

        var given = Keys.Where(key => map.Optional(key) is not null).ToArray();
        if (given.Length != 1)
        {
            // An unknown key has been reported; that no known one is there follows from it.
            if (given.Length > 1 || !hasUnknown)
            {
                value.Error($"must have exactly one of {string.Join(", ", Keys)}; got {(given.Length == 0 ? "none" : "both")}");
            }

            return null;
        }

        var password = Read(new UnionMember(given[0], map.Optional(given[0])!), substitution);
        return map.Failed ? null : new IngressCredential(name!, password!);
    }
}
