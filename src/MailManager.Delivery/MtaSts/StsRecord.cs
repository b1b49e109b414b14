using System.Buffers;

namespace MailManager.Delivery.MtaSts;

/// <summary>The TXT record that says that a domain has a policy, and which one it is now (RFC 8461 §3.1).</summary>
internal static class StsRecord
{
    private const string Start = "v=STSv1;";
    private const int MaxIdLength = 32;
    private const int MaxNameLength = 32;

    private static readonly SearchValues<char> LettersAndDigits =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    /// <summary>The <c>id</c> of the only record; null: the domain has no policy, for there is none, more than one, or one that is malformed.</summary>
    /// <param name="records">All TXT records of the name; those of other kinds do not count.</param>
    public static string? FindId(IEnumerable<string> records) =>
        records.Where(record => record.StartsWith(Start, StringComparison.Ordinal)).Take(2).ToArray() is [var only] ? ReadId(only) : null;

    private static string? ReadId(string record)
    {
        string? id = null;
        var fields = record[Start.Length..].Split(';');
        for (var i = 0; i < fields.Length; i++)
        {
            var field = fields[i].AsSpan().Trim(" \t");
            if (field.IsEmpty && i > 0 && i == fields.Length - 1)
            {
                // The last field may have a semicolon behind it.
                continue;
            }

            var equals = field.IndexOf('=');
            if (equals < 0 || !IsName(field[..equals]))
            {
                return null;
            }

            var value = field[(equals + 1)..];
            if (field[..equals] is "id")
            {
                if (value.IsEmpty || value.Length > MaxIdLength || value.ContainsAnyExcept(LettersAndDigits))
                {
                    return null;
                }

                id ??= value.ToString();
            }
            else if (value.IsEmpty || value.ContainsAnyExceptInRange('!', '~') || value.Contains('='))
            {
                return null;
            }
        }

        return id;
    }

    private static bool IsName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= MaxNameLength && LettersAndDigits.Contains(name[0]) && !name.ContainsAnyExcept(NameCharacters);
}
