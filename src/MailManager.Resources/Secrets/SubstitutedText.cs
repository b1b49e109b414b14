using MailManager.Resources.Binding;

namespace MailManager.Resources.Secrets;

/// <summary>Reads a text outside of a secret in which <c>${env:NAME}</c> and <c>${file:PATH}</c> are replaced all the same.</summary>
internal static class SubstitutedText
{
    /// <param name="value">No message repeats it.</param>
    /// <param name="rule">For the text after substitution; of a secret.</param>
    /// <param name="substitution">Null when values stand for themselves, as in a request.</param>
    /// <param name="largestFile">Octets.</param>
    public static string? Read(DocumentValue value, TextRule rule, SecretSubstitution? substitution, int largestFile)
    {
        if (value.PlainText(isSecret: true) is not { } given)
        {
            return null;
        }

        string? problem = null;
        var text = substitution is null ? given : substitution.Apply(given, out problem, largestFile);
        problem ??= rule.ProblemWith(text!);
        if (problem is null)
        {
            return text;
        }

        value.Error(problem);
        return null;
    }
}
