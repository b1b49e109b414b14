using MailManager.Resources.IngressPoints;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.IngressPoints;

public class SessionLimitsReaderTests
{
    [Fact]
    public void Limits_become_a_record() =>
        Assert.Equal(
            new SessionLimits
            {
                Sessions = 500,
                Recipients = 200,
                Transactions = 50,
                Errors = 7,
                UnknownCommands = 5,
                CommandLine = 4096,
                HeaderBlock = 524288,
                HeaderField = 65536,
                HeaderFields = 1500,
                Hops = 30,
                IdleTimeout = TimeSpan.FromMinutes(2),
                SessionTime = TimeSpan.FromHours(3),
                HandshakeTimeout = TimeSpan.FromSeconds(15),
                DataTimeout = TimeSpan.FromMinutes(20),
                MinDataRate = 1000,
            },
            ReadValid(FullDocument.Yaml).IngressPoints[1].Limits);

    [Fact]
    public void Each_limit_has_its_default()
    {
        var point = ReadValid(FullDocument.Yaml.Replace("      Recipients: 200\n", "", StringComparison.Ordinal)).IngressPoints[1];

        Assert.Equal((500, 100, 50), (point.Limits.Sessions, point.Limits.Recipients, point.Limits.Transactions));
        Assert.Equal(
            new SessionLimits
            {
                Sessions = null,
                Recipients = 100,
                Transactions = 1000,
                Errors = 20,
                UnknownCommands = 10,
                CommandLine = 2048,
                HeaderBlock = 1048576,
                HeaderField = 131072,
                HeaderFields = 2000,
                Hops = 50,
                IdleTimeout = TimeSpan.FromMinutes(5),
                SessionTime = TimeSpan.FromHours(4),
                HandshakeTimeout = TimeSpan.FromSeconds(30),
                DataTimeout = TimeSpan.FromMinutes(30),
                MinDataRate = 100,
            },
            new SessionLimits());
    }

    [Theory]
    [InlineData("Sessions: 500", 1, 1_000_000)]
    [InlineData("Recipients: 200", 1, 10_000)]
    [InlineData("Transactions: 50", 1, 1_000_000)]
    [InlineData("Errors: 7", 1, 10_000)]
    [InlineData("UnknownCommands: 5", 1, 10_000)]
    [InlineData("CommandLine: 4096", 512, 12_288)]
    [InlineData("HeaderBlock: 524288", 16_384, 16_777_216)]
    [InlineData("HeaderField: 65536", 1000, 16_777_216)]
    [InlineData("HeaderFields: 1500", 100, 100_000)]
    [InlineData("Hops: 30", 10, 1000)]
    [InlineData("MinDataRate: 1000", 0, 1_000_000)]
    public void Counts_are_numbers_within_bounds(string given, int least, int most)
    {
        var key = given[..given.IndexOf(':', StringComparison.Ordinal)];
        var at = $"IngressPoints[1].Limits.{key}:";

        Changing(given, $"{key}: {least}");
        Changing(given, $"{key}: {most}");
        Changing(given, $"{key}: {least - 1}", $"{at} '{least - 1}' is not a whole number from {least} to {most}");
        Changing(given, $"{key}: {most + 1}", $"{at} '{most + 1}' is not a whole number from {least} to {most}");
        Changing(given, $"{key}: 1k", $"{at} '1k' is not a whole number from {least} to {most}");
        Changing(given, $"{key}: '{most}'", $"{at} must be a whole number, not text");
        Changing(given, $"{key}:", $"{at} must be a whole number, not nothing (leave the key out, or give it a value)");
    }

    [Theory]
    [InlineData("IdleTimeout: 2m", "10s", "1h", "9s", "3601s")]
    [InlineData("SessionTime: 3h", "1m", "1d", "59s", "86401s")]
    [InlineData("HandshakeTimeout: 15s", "1s", "5m", "0s", "301s")]
    [InlineData("DataTimeout: 20m", "1m", "1d", "59s", "2d")]
    public void Times_are_durations_within_bounds(string given, string shortest, string longest, string tooShort, string tooLong)
    {
        var key = given[..given.IndexOf(':', StringComparison.Ordinal)];
        var at = $"IngressPoints[1].Limits.{key}:";

        Changing(given, $"{key}: {shortest}");
        Changing(given, $"{key}: {longest}");
        Changing(given, $"{key}: {tooShort}", $"{at} '{tooShort}' is not from {shortest} to {longest}");
        Changing(given, $"{key}: {tooLong}", $"{at} '{tooLong}' is not from {shortest} to {longest}");
        Changing(given, $"{key}: 4294967295d", $"{at} '4294967295d' is not from {shortest} to {longest}");
        Changing(given, $"{key}: 60", $"{at} '60' is not a duration; write a whole number and s, m, h or d, such as 30s, 5m, 1h or 4d");
    }

    [Fact]
    public void Unknown_limits_are_errors() =>
        Changing("Recipients: 200", "Recipient: 200", "IngressPoints[1].Limits: 'Recipient' is not a known key; did you mean Recipients?");

    [Fact]
    public void Limits_are_a_map() => Changing("TlsPolicy: OPTIONAL", "Limits: 100", "IngressPoints[0].Limits: must be a map, not text");
}
