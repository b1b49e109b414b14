using System.Security.Cryptography;

namespace MailManager.Mta.Tls;

/// <summary>The blocks of one kind in a PEM text (RFC 7468). Text around them is ignored; blocks of other kinds and broken ones are errors.</summary>
internal static class PemBlocks
{
    private const string Begin = "-----BEGIN ";

    /// <summary>The contents in DER, not parsed. Adds to the errors what is wrong; never throws for the text.</summary>
    public static List<byte[]> Read(string text, string label, string name, List<string> errors)
    {
        var blocks = new List<byte[]>();
        var rest = text.AsSpan();
        var count = rest.Count(Begin);
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label].SequenceEqual(label))
            {
                var octets = new byte[fields.DecodedDataLength];
                Convert.TryFromBase64Chars(rest[fields.Base64Data], octets, out _);
                blocks.Add(octets);
            }
            else
            {
                errors.Add($"{name} holds a block '{rest[fields.Label]}', but only '{label}' belongs there");
            }

            count--;
            rest = rest[fields.Location.End..];
        }

        if (count > 0)
        {
            errors.Add($"{name} holds {count} PEM block(s) that are broken: base64 or END line are not right");
        }
        else if (blocks.Count == 0 && errors.Count == 0)
        {
            errors.Add($"{name} holds no block '{label}'");
        }

        return blocks;
    }
}
