using CsCheck;
using MailManager.TestKit;

namespace MailManager.Mta.Tests.Fuzzing;

/// <summary>The inputs kept in tests/corpora, one directory for each harness, and inputs made of them by small changes.</summary>
internal static class Corpus
{
    /// <summary>Changed inputs that a harness tries in a usual run.</summary>
    private const int Iterations = 20_000;

    /// <summary>Seconds that each harness runs instead; docs/testing.md.</summary>
    private static readonly int Seconds = int.TryParse(Environment.GetEnvironmentVariable("MAILMANAGER_FUZZ_SECONDS"), out var seconds) ? seconds : -1;

    private static readonly byte[][] Tokens =
    [
        "\r\n"u8.ToArray(), "\r"u8.ToArray(), "\n"u8.ToArray(), [0], "."u8.ToArray(), "<"u8.ToArray(), ">"u8.ToArray(), "@"u8.ToArray(), "\""u8.ToArray(), "\\"u8.ToArray(),
        " "u8.ToArray(), "="u8.ToArray(), "+00"u8.ToArray(), "+0D+0A"u8.ToArray(), "\u0085"u8.ToArray(), "\u202e"u8.ToArray(), "99999999999999999999"u8.ToArray(), [0xFF],
    ];

    public static TheoryData<string> Files(string harness) => [.. Directory.GetFiles(Of(harness)).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    public static byte[] Read(string harness, string file) => File.ReadAllBytes(Path.Combine(Of(harness), file));

    /// <summary>Runs a harness on changed inputs; it fails by throwing or by false, with the input as short as it can be made.</summary>
    public static void Fuzz(string harness, Func<byte[], bool> holds)
    {
        var seeds = Directory.GetFiles(Of(harness)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        var seed = Gen.Int[0, seeds.Length - 1].Select(i => seeds[i]);
        var change = Gen.Select(Gen.Int[0, 4], Gen.Double[0, 1], Gen.Byte, Gen.Int[0, Tokens.Length - 1]);
        Gen.Select(seed, seed, change.Array[0, 8]).Sample(
            (octets, other, changes) => holds(changes.Aggregate(octets, (now, next) => Change(now, other, next))),
            iter: Iterations,
            time: Seconds,
            print: sample => Convert.ToHexString(sample.Item3.Aggregate(sample.Item1, (now, next) => Change(now, sample.Item2, next))));
    }

    private static byte[] Change(byte[] octets, byte[] other, (int Kind, double Place, byte Octet, int Token) change)
    {
        var at = (int)(change.Place * octets.Length);
        return change.Kind switch
        {
            0 when at < octets.Length => [.. octets[..at], change.Octet, .. octets[(at + 1)..]],
            1 when at < octets.Length => [.. octets[..at], .. octets[(at + 1)..]],
            2 => [.. octets[..at], .. other[(int)(change.Place * other.Length)..]],
            3 => octets[..at],
            _ => [.. octets[..at], .. Tokens[change.Token], .. octets[at..]],
        };
    }

    private static string Of(string harness) => Path.Combine(RepositoryRoot.Path, "tests", "corpora", harness);
}
