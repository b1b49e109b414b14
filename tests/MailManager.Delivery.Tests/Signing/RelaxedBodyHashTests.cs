using System.Security.Cryptography;
using CsCheck;
using MailManager.Delivery.Signing;

namespace MailManager.Delivery.Tests.Signing;

public sealed class RelaxedBodyHashTests
{
    /// <summary>Lines of few octets, so that blanks and ends of lines meet in every way.</summary>
    private static readonly Gen<byte[]> Bodies =
        Gen.OneOf(Array.ConvertAll((string[])["a", "bc", " ", "\t", "\r\n", "\r\n\r\n", ".", "\xff"], Gen.Const)).Array[0, 24].Select(parts => System.Text.Encoding.Latin1.GetBytes(string.Concat(parts)));

    [Fact]
    public void It_is_that_of_the_relaxed_form_however_the_body_is_cut() =>
        Gen.Select(Bodies, Gen.Int[1, 5]).Sample((body, size) =>
        {
            using var hash = new RelaxedBodyHash();
            foreach (var piece in body.Chunk(size))
            {
                hash.Append(piece);
            }

            Assert.Equal(SHA256.HashData(Relaxed(body)), hash.Finish());
        }, iter: 20_000);

    [Theory]
    [InlineData("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    [InlineData("\r\n\r\n", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    [InlineData(" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n")]
    public void Examples_of_the_rfc(string body, string expected)
    {
        using var hash = new RelaxedBodyHash();
        hash.Append(System.Text.Encoding.ASCII.GetBytes(body));
        Assert.Equal(expected.EndsWith('=') ? expected : Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(expected))), Convert.ToBase64String(hash.Finish()));
    }

    /// <summary>Straight from the words of RFC 6376 §3.4.4, all in memory.</summary>
    private static byte[] Relaxed(byte[] body)
    {
        var lines = System.Text.Encoding.Latin1.GetString(body).Split("\r\n")
            .Select(line => System.Text.RegularExpressions.Regex.Replace(line, "[ \t]+", " ").TrimEnd(' ')).ToList();
        while (lines.Count > 0 && lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return System.Text.Encoding.Latin1.GetBytes(string.Concat(lines.Select(line => line + "\r\n")));
    }
}
