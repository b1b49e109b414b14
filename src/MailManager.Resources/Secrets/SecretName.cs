using MailManager.Resources.Binding;

namespace MailManager.Resources.Secrets;

/// <summary>Names of secrets, and the ARNs that also stand for them.</summary>
public static class SecretName
{
    private const string ArnStart = "arn:";
    private const int SuffixLength = 7;

    /// <summary>As AWS Secrets Manager allows them: 1 to 512 characters of <c>[a-zA-Z0-9/_+=.@-]</c>.</summary>
    internal static readonly TextRule Name = new(1, 512, "[a-zA-Z0-9/_+=.@-]+");

    internal static readonly TextRule Arn = new(
        0,
        int.MaxValue,
        "arn:(aws|aws-cn|aws-us-gov|aws-eusc):secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[a-zA-Z0-9/_+=,.@-]+");

    /// <summary>Reads the name or ARN of a secret.</summary>
    internal static string? Read(DocumentValue value) =>
        value.PlainText() is { } text ? value.Text(text.StartsWith(ArnStart, StringComparison.Ordinal) ? Arn : Name) : null;

    /// <summary>
    /// The names that a reference can mean, best first. AWS appends a hyphen and six random characters to the name in an ARN, so the
    /// name there is tried with and without them.
    /// </summary>
    public static IEnumerable<string> Candidates(string nameOrArn)
    {
        if (!nameOrArn.StartsWith(ArnStart, StringComparison.Ordinal))
        {
            return [nameOrArn];
        }

        var name = nameOrArn[(nameOrArn.LastIndexOf(':') + 1)..];
        var hasSuffix = name.Length > SuffixLength && name[^SuffixLength] == '-';
        return hasSuffix ? [name, name[..^SuffixLength]] : [name];
    }
}
