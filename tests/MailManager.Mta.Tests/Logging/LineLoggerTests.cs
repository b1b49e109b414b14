using System.Text;
using MailManager.Mta.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Mta.Tests.Logging;

public class LineLoggerTests
{
    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 11, 24, 3, 4, 5, 678, TimeSpan.Zero));

    [Fact]
    public void Log_writes_one_line_an_event()
    {
        using var output = new MemoryStream();
        using (var provider = new LineLoggerProvider(output, Time))
        {
            Log(provider.CreateLogger("Category"), LogLevel.Information, 42, "caf\u00e9");
            Log(provider.CreateLogger("Other"), LogLevel.Error, 43, "text");
        }

        Assert.Equal("2026-11-24T03:04:05.678Z info: Category[42] caf\u00e9\n2026-11-24T03:04:05.678Z fail: Other[43] text\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public void Log_control_characters_cannot_forge_a_line()
    {
        using var output = new MemoryStream();
        using (var provider = new LineLoggerProvider(output, Time))
        {
            Log(provider.CreateLogger("C"), LogLevel.Warning, 1, "a\r\n2026 info: forged\u001b[31m\u007f");
        }

        Assert.Equal("2026-11-24T03:04:05.678Z warn: C[1] a  2026 info: forged [31m \n", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public void Log_from_many_threads_loses_and_mixes_nothing_while_the_reader_is_slow()
    {
        using var output = new MemoryStream();
        using (var provider = new LineLoggerProvider(output, Time))
        {
            var logger = provider.CreateLogger("C");
            Parallel.For(0, 8, thread =>
            {
                for (var i = 0; i < 2000; i++)
                {
                    Log(logger, LogLevel.Information, thread, $"{i} {new string('x', 200)}");
                }
            });
        }

        var lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(16_000, lines.Length);
        Assert.Equal(16_000, lines.Distinct().Count());
        Assert.All(lines, line => Assert.EndsWith(new string('x', 200), line, StringComparison.Ordinal));
    }

    private static void Log(ILogger logger, LogLevel level, int number, string text) =>
        logger.Log(level, new EventId(number), text, null, static (state, _) => state);
}
