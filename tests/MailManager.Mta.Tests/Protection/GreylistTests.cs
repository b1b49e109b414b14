using System.Net;
using System.Text;
using MailManager.Mta.Protection;
using MailManager.Resources.IngressPoints;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Mta.Tests.Protection;

public sealed class GreylistTests : IAsyncDisposable
{
    private static readonly GreylistingSettings Options = new() { Exempt = [IPNetwork.Parse("198.51.100.0/24")] };

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ListLogger<Greylist> _log = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("greylist");
    private Greylist? _greylist;

    private string Path => System.IO.Path.Combine(_directory.FullName, "data", "greylist.db");

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_stranger_passes_once_it_has_waited_and_from_then_on()
    {
        Assert.Equal(GreylistVerdict.FirstTry, await CheckAsync());
        _time.Advance(Options.Delay - TimeSpan.FromSeconds(1));
        Assert.Equal(GreylistVerdict.TooEarly, await CheckAsync());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(GreylistVerdict.Passed, await CheckAsync());
        Assert.Equal(GreylistVerdict.Passed, await CheckAsync());
    }

    [Theory]
    [InlineData("192.0.2.1", "A@Sender.test", "user@EXAMPLE.com", GreylistVerdict.Passed)]
    [InlineData("192.0.2.200", "a@sender.test", "user@example.com", GreylistVerdict.Passed)]
    [InlineData("192.0.3.1", "a@sender.test", "user@example.com", GreylistVerdict.FirstTry)]
    [InlineData("192.0.2.1", "b@sender.test", "user@example.com", GreylistVerdict.FirstTry)]
    [InlineData("192.0.2.1", "a@sender.test", "other@example.com", GreylistVerdict.FirstTry)]
    [InlineData("192.0.2.1", "", "a@sender.testuser@example.com", GreylistVerdict.FirstTry)]
    public async Task Network_sender_and_recipient_are_what_counts(string client, string sender, string recipient, object verdict)
    {
        await CheckAsync();
        _time.Advance(Options.Delay);
        Assert.Equal((GreylistVerdict)verdict, await CheckAsync(client, sender, recipient));
    }

    [Fact]
    public async Task Neighbours_of_the_same_ipv6_line_are_one()
    {
        await CheckAsync("2001:db8::1");
        _time.Advance(Options.Delay);
        Assert.Equal(GreylistVerdict.FirstTry, await CheckAsync("2001:db8:0:1::1"));
        Assert.Equal(GreylistVerdict.Passed, await CheckAsync("2001:db8::ffff:1"));
    }

    [Fact]
    public async Task Who_comes_again_too_late_is_a_stranger()
    {
        await CheckAsync();
        _time.Advance(Options.Window);
        Assert.Equal(GreylistVerdict.FirstTry, await CheckAsync());
    }

    [Fact]
    public async Task Who_has_passed_is_remembered_since_the_last_use()
    {
        await PassAsync("a@sender.test");
        _time.Advance(Options.Lifetime - TimeSpan.FromSeconds(1));
        Assert.Equal(GreylistVerdict.Passed, await CheckAsync());
        _time.Advance(Options.Lifetime - TimeSpan.FromSeconds(1));
        Assert.Equal(GreylistVerdict.Passed, await CheckAsync());
        _time.Advance(Options.Lifetime);
        Assert.Equal(GreylistVerdict.FirstTry, await CheckAsync());
    }

    [Fact]
    public async Task A_network_that_has_waited_five_times_passes_at_once()
    {
        for (var i = 0; i < GreylistStore.PassesToBeKnown; i++)
        {
            Assert.Equal(GreylistVerdict.FirstTry, await CheckAsync(sender: $"{i}@sender.test"));
            _time.Advance(Options.Delay);
            Assert.Equal(GreylistVerdict.Passed, await CheckAsync(sender: $"{i}@sender.test"));

            // The same again does not count again.
            Assert.Equal(i + 1 < GreylistStore.PassesToBeKnown ? GreylistVerdict.Passed : GreylistVerdict.Known, await CheckAsync(sender: $"{i}@sender.test"));
        }

        Assert.Equal(GreylistVerdict.Known, await CheckAsync("192.0.2.77", "new@other.test"));
        var fromMemory = CheckAsync("192.0.2.78", "new@other.test");
        Assert.True(fromMemory.IsCompletedSuccessfully);
        Assert.Equal(GreylistVerdict.Known, await fromMemory);

        // Also after it comes from the store again, and as long as it keeps coming.
        await CloseAsync();
        _time.Advance(Options.Lifetime - TimeSpan.FromSeconds(1));
        Assert.Equal(GreylistVerdict.Known, await CheckAsync(sender: "newer@other.test"));
        _time.Advance(Options.Lifetime - TimeSpan.FromSeconds(1));
        Assert.Equal(GreylistVerdict.Known, await CheckAsync(sender: "newest@other.test"));
        _time.Advance(Options.Lifetime);
        Assert.Equal(GreylistVerdict.FirstTry, await CheckAsync(sender: "last@other.test"));
    }

    [Fact]
    public async Task A_restart_forgets_nothing()
    {
        await CheckAsync();
        await CloseAsync();
        _time.Advance(Options.Delay);
        Assert.Equal(GreylistVerdict.Passed, await CheckAsync());
    }

    [Fact]
    public async Task A_clock_set_back_starts_the_delay_anew()
    {
        await CheckAsync();
        await CloseAsync();
        var earlier = new FakeTimeProvider(_time.GetUtcNow() - TimeSpan.FromDays(300));
        await using var greylist = Greylist.Open(Path, earlier, _log);
        Assert.Equal(GreylistVerdict.FirstTry, await greylist.CheckAsync(Options, IPAddress.Parse("192.0.2.1"), "a@sender.test", "user@example.com"));
        earlier.Advance(Options.Delay);
        Assert.Equal(GreylistVerdict.Passed, await greylist.CheckAsync(Options, IPAddress.Parse("192.0.2.1"), "a@sender.test", "user@example.com"));
    }

    [Fact]
    public async Task Exempt_clients_pass()
    {
        Assert.Equal(GreylistVerdict.Known, await CheckAsync("198.51.100.1"));
        Assert.Equal(GreylistVerdict.Known, await CheckAsync("::ffff:198.51.100.1"));
    }

    [Fact]
    public async Task Of_many_at_a_time_one_is_the_first()
    {
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => Task.Run(() => CheckAsync().AsTask())));
        Assert.Single(verdicts, verdict => verdict == GreylistVerdict.FirstTry);
        Assert.Equal(1999, verdicts.Count(verdict => verdict == GreylistVerdict.TooEarly));
    }

    [Fact]
    public async Task A_damaged_store_is_put_aside_and_a_new_one_begun()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        await File.WriteAllTextAsync(Path, new string('x', 8192), TestContext.Current.CancellationToken);

        Assert.Equal(GreylistVerdict.FirstTry, await CheckAsync());
        Assert.Equal(1, _log.Count(2240));
        Assert.StartsWith("xxx", await File.ReadAllTextAsync(Path + ".damaged", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_a_store_everybody_passes_until_it_can_be_opened()
    {
        // A file where the directory should be.
        var directory = System.IO.Path.GetDirectoryName(Path)!;
        await File.WriteAllTextAsync(directory, string.Empty, TestContext.Current.CancellationToken);
        Assert.Equal(GreylistVerdict.NoStore, await CheckAsync());
        Assert.Equal(1, _log.Count(2241));

        File.Delete(directory);
        Directory.CreateDirectory(directory);
        Assert.Equal(GreylistVerdict.NoStore, await CheckAsync());
        _time.Advance(TimeSpan.FromMinutes(1));
        await CheckAsync();
        Assert.Equal(GreylistVerdict.FirstTry, await CheckAsync());
        Assert.Equal(1, _log.Count(2242));
    }

    [Fact]
    public async Task A_store_that_fails_later_lets_everybody_pass()
    {
        await CheckAsync();
        await using (var other = new SqliteConnection($"Data Source={Path};Pooling=False"))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var drop = new SqliteCommand("DROP TABLE triplet", other);
            await drop.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(GreylistVerdict.NoStore, await CheckAsync());
        Assert.Equal(GreylistVerdict.NoStore, await CheckAsync());
        Assert.Equal(1, _log.Count(2241));
        _time.Advance(TimeSpan.FromMinutes(1));
        await CheckAsync();
        Assert.Equal(GreylistVerdict.FirstTry, await CheckAsync());
    }

    [Fact]
    public async Task A_full_store_lets_strangers_pass_and_keeps_those_it_knows_and_empties_itself()
    {
        Open(maxTriplets: 2);
        await CheckAsync();
        await CheckAsync(sender: "b@sender.test");
        Assert.Equal(GreylistVerdict.NoStore, await CheckAsync(sender: "c@sender.test"));
        Assert.Equal(GreylistVerdict.NoStore, await CheckAsync(sender: "d@sender.test"));
        Assert.Equal(1, _log.Count(2243));
        _time.Advance(Options.Delay);
        Assert.Equal(GreylistVerdict.Passed, await CheckAsync());

        // The second one never came back.
        _time.Advance(Options.Window);
        Assert.Equal(GreylistVerdict.FirstTry, await CheckAsync(sender: "c@sender.test"));
        Assert.Equal(GreylistVerdict.NoStore, await CheckAsync(sender: "d@sender.test"));
    }

    [Fact]
    public async Task The_file_names_nobody()
    {
        await PassAsync("a@sender.test");
        await CloseAsync();
        foreach (var file in Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!))
        {
            var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            Assert.DoesNotContain("sender", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("example", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task After_closing_everybody_passes()
    {
        var greylist = Open();
        await greylist.DisposeAsync();
        Assert.Equal(GreylistVerdict.NoStore, await greylist.CheckAsync(Options, IPAddress.Parse("192.0.2.1"), "a@sender.test", "user@example.com"));
        _greylist = null;
    }

    private async Task PassAsync(string sender)
    {
        await CheckAsync(sender: sender);
        _time.Advance(Options.Delay);
        Assert.Equal(GreylistVerdict.Passed, await CheckAsync(sender: sender));
    }

    private ValueTask<GreylistVerdict> CheckAsync(string client = "192.0.2.1", string sender = "a@sender.test", string recipient = "user@example.com") =>
        Open().CheckAsync(Options, IPAddress.Parse(client), sender, recipient);

    private Greylist Open(int maxTriplets = GreylistStore.DefaultMaxTriplets)
    {
        lock (_directory)
        {
            if (_greylist is null)
            {
                if (!File.Exists(System.IO.Path.GetDirectoryName(Path)))
                {
                    Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
                }

                _greylist = Greylist.Open(Path, _time, _log, maxTriplets);
            }

            return _greylist;
        }
    }

    private async Task CloseAsync()
    {
        if (_greylist is not null)
        {
            await _greylist.DisposeAsync();
            _greylist = null;
        }
    }
}
