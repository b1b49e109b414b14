using System.Text;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Secrets;

/// <summary>
/// Replaces <c>${env:NAME}</c> and <c>${file:PATH}</c> inside of secret values and certificates; <c>$${</c> stands for <c>${</c>. What is put in is
/// not looked at again. Only for the configuration file: a request over the network must not read the server's files.
/// </summary>
/// <param name="environment">Gives a variable's value, null when it is not set.</param>
/// <param name="directory">Where relative paths start: the directory of the configuration file.</param>
public sealed class SecretSubstitution(Func<string, string?> environment, string directory)
{
    /// <summary>Octets read from one file, where nothing else is said; a secret value is far smaller.</summary>
    public const int MaximumFileSize = 64 * 1024;

    private const string Environment = "env:";
    private const string File = "file:";
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The value with everything put in; or null and a problem, which names the variable or path and nothing else.</summary>
    /// <param name="value">As it is written.</param>
    /// <param name="problem">Null when there is none.</param>
    /// <param name="largestFile">Octets read from one file.</param>
    public string? Apply(string value, out string? problem, int largestFile = MaximumFileSize)
    {
        var result = new StringBuilder();
        var position = 0;
        for (int open; (open = value.IndexOf("${", position, StringComparison.Ordinal)) >= 0;)
        {
            if (open > position && value[open - 1] == '$')
            {
                result.Append(value, position, open - 1 - position).Append("${");
                position = open + 2;
                continue;
            }

            result.Append(value, position, open - position);
            var close = value.IndexOf('}', open);
            if (close < 0)
            {
                problem = "'${' has no closing '}'; write '$${' for a literal '${'";
                return null;
            }

            if (Resolve(value[(open + 2)..close], largestFile, out problem) is not { } replacement)
            {
                return null;
            }

            result.Append(replacement);
            position = close + 1;
        }

        problem = null;
        return result.Append(value, position, value.Length - position).ToString();
    }

    private string? Resolve(string reference, int largestFile, out string? problem)
    {
        if (reference.StartsWith(Environment, StringComparison.Ordinal))
        {
            var name = reference[Environment.Length..];
            var value = name.Length == 0 ? null : environment(name);
            problem = value is null ? $"the environment variable {DisplayText.Quote(name)} is not set" : null;
            return value;
        }

        if (reference.StartsWith(File, StringComparison.Ordinal))
        {
            return ReadFile(reference[File.Length..], largestFile, out problem);
        }

        problem = "'${' must begin ${env:NAME} or ${file:PATH}; write '$${' for a literal '${'";
        return null;
    }

    private string? ReadFile(string path, int largestFile, out string? problem)
    {
        try
        {
            using var stream = new FileStream(Path.Combine(directory, path), FileMode.Open, FileAccess.Read, FileShare.Read);
            var buffer = new byte[largestFile + 1];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > largestFile)
            {
                problem = $"the file {DisplayText.Quote(path)} is larger than {largestFile} octets";
                return null;
            }

            problem = null;
            return WithoutLineEnd(StrictUtf8.GetString(buffer, 0, length));
        }
        catch (DecoderFallbackException)
        {
            problem = $"the file {DisplayText.Quote(path)} is not UTF-8 text";
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            problem = $"the file {DisplayText.Quote(path)} does not exist";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problem = $"the file {DisplayText.Quote(path)} cannot be read";
        }

        return null;
    }

    /// <summary>Editors and <c>echo</c> end a file with a line break that is no part of the secret.</summary>
    private static string WithoutLineEnd(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
}
