using System.Collections.Immutable;
using System.Net;
using System.Text;
using MailManager.Mta.NamedSets;
using MailManager.Mta.Tests.Protection;
using MailManager.Resources;
using MailManager.Resources.AddressLists;
using MailManager.Resources.Identities;
using MailManager.Resources.IpSets;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Mta.Tests.NamedSets;

/// <summary>IP sets and address lists in files: read before anything is decided by them, and again when they change.</summary>
public sealed class NamedSetTests : IDisposable
{
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.7");

    private readonly string _directory = Directory.CreateTempSubdirectory("mailmanager-").FullName;
    private readonly ListLogger<NamedSetWatcher> _log = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Built_in_sets_are_there_without_being_defined()
    {
        var (table, errors, _) = await NamedSetTable.LoadAsync(Resources());
        Assert.Empty(errors);
        Assert.True(table.IpSets["ses-mail-manager"].Ranges.Contains(IPAddress.Parse("206.55.129.9")));
        Assert.True(table.IpSets["ses-mail-manager.us-east-1"].Ranges.Contains(IPAddress.Parse("206.55.129.9")));
        Assert.False(table.IpSets["ses-mail-manager.us-west-2"].Ranges.Contains(IPAddress.Parse("206.55.129.9")));
    }

    [Fact]
    public async Task A_file_with_a_wrong_line_is_refused_with_its_number()
    {
        var (_, errors, _) = await NamedSetTable.LoadAsync(Resources(Ranges("192.0.2.0/24\n# ours\n10.1.2.3/8\n")));
        var error = Assert.Single(errors);
        Assert.Equal("IpSets[0].File", error.Path);
        Assert.StartsWith("line 3: ", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_file_is_read_again_and_a_wrong_one_leaves_the_set_as_it_was()
    {
        var (table, _, _) = await NamedSetTable.LoadAsync(Resources(Ranges("192.0.2.0/24\n")));
        await using var watcher = new NamedSetWatcher(table.Watched, new FakeTimeProvider(), _log);
        var set = table.IpSets["office"];
        Assert.True(set.Ranges.Contains(Client));

        await watcher.LookAsync();
        Assert.Empty(_log.Events);

        Write("office.txt", "198.51.100.0/24\n203.0.113.0/24\n");
        await watcher.LookAsync();
        Assert.False(set.Ranges.Contains(Client));
        Assert.Equal(1, _log.Count(6201));

        Write("office.txt", "nonsense, and much of it\n");
        await watcher.LookAsync();
        Assert.Equal(2, set.Ranges.Count);
        Assert.Contains(_log.Events, entry => entry.Id == 6202 && entry.Text.Contains("line 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_clock_makes_it_look()
    {
        var time = new FakeTimeProvider();
        var set = new CountedSet();
        await using var watcher = new NamedSetWatcher([set], time, _log);
        time.Advance(NamedSetWatcher.PollInterval);
        await set.Looked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Members_come_from_the_configuration_and_from_files_of_both_formats()
    {
        Write("one.csv", "address\nann@example.net\n\"*@partner.example\"\n");
        Write("two.json", """{"items":[{"address":"bob@example.net"}]}""");
        var (table, errors, notices) = await NamedSetTable.LoadAsync(Resources(Members(("one.csv", ImportDataType.Csv), ("two.json", ImportDataType.Json))));
        Assert.Empty(errors);
        Assert.Empty(notices);
        var members = table.AddressLists["friends"].Addresses;
        Assert.All((string[])["inline@example.net", "ANN@example.net", "anyone@partner.example", "bob@example.net"], address => Assert.True(members.Contains(address)));
        Assert.False(members.Contains("eve@example.net"));
    }

    [Fact]
    public async Task What_is_no_member_is_left_out_and_told_of()
    {
        Write("one.csv", "ann@example.net\nnobody\n");
        var (table, errors, notices) = await NamedSetTable.LoadAsync(Resources(Members(("one.csv", ImportDataType.Csv))));
        Assert.Empty(errors);
        Assert.Equal(2, table.AddressLists["friends"].Addresses.Count);
        var notice = Assert.Single(notices);
        Assert.Equal("AddressLists[0].Files[0]", notice.Path);
        Assert.Contains("one.csv:2: ", notice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_json_leaves_the_list_as_it_was()
    {
        Write("two.json", """["ann@example.net"]""");
        var (table, _, _) = await NamedSetTable.LoadAsync(Resources(Members(("two.json", ImportDataType.Json))));
        await using var watcher = new NamedSetWatcher(table.Watched, new FakeTimeProvider(), _log);
        Write("two.json", """["bob@example.net", """);
        await watcher.LookAsync();
        Assert.True(table.AddressLists["friends"].Addresses.Contains("ann@example.net"));
        Assert.False(table.AddressLists["friends"].Addresses.Contains("bob@example.net"));
        Assert.Equal(1, _log.Count(6202));
    }

    [Fact]
    public async Task A_list_of_a_hundred_thousand_is_imported_and_says_how_far_it_is()
    {
        Write("one.csv", string.Concat(Enumerable.Range(0, 100_000).Select(i => $"user{i}@example.net\n")));
        var list = new WatchedAddressList(Members(("one.csv", ImportDataType.Csv)));
        Assert.Null((await list.LoadAsync(TestContext.Current.CancellationToken)).Error);
        Assert.Equal(100_001, list.Count);
        Assert.True(list.List.Addresses.Contains("user99999@example.net"));
        Assert.Null(list.Progress);
    }

    private static ResourceSet Resources(params object[] sets) => new()
    {
        Identities = new IdentitySet([]),
        Secrets = [],
        TrafficPolicies = [],
        RuleSets = [],
        Relays = [],
        IngressPoints = [],
        IpSets = [.. sets.OfType<IpSet>()],
        AddressLists = [.. sets.OfType<AddressList>()],
    };

    private IpSet Ranges(string content) => new() { IpSetName = "office", File = Write("office.txt", content) };

    private AddressList Members(params (string Name, ImportDataType Type)[] files) => new()
    {
        AddressListName = "friends",
        Addresses = ["inline@example.net"],
        Files = [.. files.Select(file => new AddressListFile(Path.Combine(_directory, file.Name), file.Type))],
    };

    private string Write(string name, string content)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return path;
    }

    private sealed class CountedSet : IWatchedSet
    {
        private readonly TaskCompletionSource _looked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Looked => _looked.Task;

        public string Kind => "ip_set";

        public string Name => "counted";

        public int Count => 0;

        public SetProgress? Progress => null;

        public bool HasChanged => !_looked.TrySetResult() && false;

        public Task<SetLoad> LoadAsync(CancellationToken cancellationToken) => Task.FromResult(SetLoad.Success);
    }
}
