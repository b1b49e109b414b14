using System.Text;
using System.Text.Json.Nodes;
using MailManager.Mta.Credentials;
using MailManager.Smtp.Sasl;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Mta.Tests.Credentials;

/// <summary>Passwords across changes and restarts.</summary>
public sealed class CredentialStoreTests : IDisposable
{
    private const int Iterations = ScramCredential.MinIterations;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("credentials");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(60));

    private string FilePath => Path.Combine(_directory.FullName, "credentials.json");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Managed_password_is_good_for_14_days_after_it_was_replaced_across_restarts()
    {
        var first = Start("one");
        Assert.Equal("Current", await LoginAsync(first, "one"));
        Assert.Equal("Current", await LoginAsync(Start("one"), "one"));

        var second = Start("two");
        Assert.Equal("Current", await LoginAsync(second, "two"));
        Assert.Equal("Previous", await LoginAsync(second, "one"));
        _time.Advance(TimeSpan.FromDays(14) - TimeSpan.FromSeconds(1));
        Assert.Equal("Previous", await LoginAsync(Start("two"), "one"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("ExpiredPassword", await LoginAsync(second, "one"));
        Assert.Equal("ExpiredPassword", await LoginAsync(Start("two"), "one"));
        Assert.Equal("WrongPassword", await LoginAsync(Start("two"), "zero"));
    }

    [Fact]
    public async Task Only_the_last_password_before_the_current_one_is_remembered()
    {
        _ = Start("one");
        _ = Start("two");
        var third = Start("three");
        Assert.Equal("Previous", await LoginAsync(third, "two"));
        Assert.Equal("WrongPassword", await LoginAsync(third, "one"));

        var back = Start("two");
        Assert.Equal("Current", await LoginAsync(back, "two"));
        Assert.Equal("Previous", await LoginAsync(back, "three"));
    }

    [Fact]
    public async Task Secret_says_itself_what_is_good()
    {
        var store = Open();
        var credentials = store.Create("in", [CredentialSource.FromSecret("in", "new", ["old", "older"])]);
        _time.Advance(TimeSpan.FromDays(1000));
        Assert.Equal("Current", await LoginAsync(credentials, "new"));
        Assert.Equal("Previous", await LoginAsync(credentials, "old"));
        Assert.Equal("Previous", await LoginAsync(credentials, "older"));

        credentials = Open().Create("in", [CredentialSource.FromSecret("in", "newest", [])]);
        Assert.Equal("WrongPassword", await LoginAsync(credentials, "new"));
        Assert.Empty(Stored());
    }

    [Fact]
    public async Task Credentials_have_passwords_of_their_own_and_a_removed_one_is_gone_at_once()
    {
        CredentialSource[] sources = [CredentialSource.Managed("in", "one"), CredentialSource.Managed("printer", "two")];
        var credentials = Open().Create("in", sources);
        Assert.Equal("Current", await LoginAsync(credentials, "two", "printer"));
        Assert.Equal("WrongPassword", await LoginAsync(credentials, "one", "printer"));
        Assert.Equal("UnknownUser", await LoginAsync(credentials, "one", "Printer"));

        credentials = Open().Create("in", sources[..1]);
        Assert.Equal("UnknownUser", await LoginAsync(credentials, "two", "printer"));
        credentials = Open().Create("in", [sources[0], CredentialSource.Managed("printer", "three")]);
        Assert.Equal("WrongPassword", await LoginAsync(credentials, "two", "printer"));
        Assert.Equal("Current", await LoginAsync(credentials, "one"));
    }

    [Fact]
    public async Task Ingress_points_do_not_share_credentials_and_removed_ones_are_forgotten()
    {
        var store = Open();
        _ = store.Create("a", [CredentialSource.Managed("in", "one")]);
        var b = store.Create("b", [CredentialSource.Managed("in", "two")]);
        Assert.Equal("WrongPassword", await LoginAsync(b, "one"));
        Assert.NotEqual(store.Create("a", [CredentialSource.Managed("in", "one")]).Find("in").Salt, b.Find("in").Salt);

        store.RetainOnly(["b", "c"]);
        Assert.Equal(["b"], Stored().Select(entry => (string?)entry!["ingressPoint"]));
        Assert.Equal("WrongPassword", await LoginAsync(Open().Create("a", [CredentialSource.Managed("in", "three")]), "one"));
    }

    [Fact]
    public void Decoys_look_like_credentials_and_stay_the_same()
    {
        var credentials = Start("one");
        var decoy = credentials.Find("nobody");

        Assert.Null(decoy.Name);
        Assert.Equal(credentials.Find("in").Iterations, decoy.Iterations);
        Assert.Equal(decoy.Salt.ToArray(), Start("two").Find("nobody").Salt.ToArray());
        Assert.Equal(credentials.Find("in").Salt.ToArray(), Start("three").Find("in").Salt.ToArray());

        // A name that is taken later is shown the salt that it was shown before.
        Assert.Equal(decoy.Salt.ToArray(), Open().Create("in", [CredentialSource.Managed("nobody", "x")]).Find("nobody").Salt.ToArray());
    }

    [Fact]
    public void File_is_for_the_owner_alone_and_holds_no_password()
    {
        _ = Start("correct horse");
        _ = Start("battery staple");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        _ = Open();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));

        var text = File.ReadAllText(FilePath);
        foreach (var password in new[] { "correct horse", "battery staple" })
        {
            Assert.DoesNotContain(password, text);
            Assert.DoesNotContain(Convert.ToBase64String(Encoding.ASCII.GetBytes(password)), text);
        }

        Assert.Equal([FilePath], Directory.GetFiles(_directory.FullName));
    }

    [Fact]
    public void File_is_written_only_when_something_changed()
    {
        _ = Start("one");
        var written = File.GetLastWriteTimeUtc(FilePath);
        File.SetLastWriteTimeUtc(FilePath, written.AddDays(-1));
        _ = Start("one");
        Assert.Equal(written.AddDays(-1), File.GetLastWriteTimeUtc(FilePath));
        File.WriteAllText(FilePath + ".part", "left by a crash");
        _ = Start("two");
        Assert.Equal([FilePath], Directory.GetFiles(_directory.FullName));
    }

    [Theory]
    [InlineData("", "no valid")]
    [InlineData("null", "empty")]
    [InlineData("{}", "no valid")]
    [InlineData("{\"version\": 2, \"key\": \"\", \"iterations\": 4096, \"credentials\": []}", "version 2")]
    [InlineData("{\"version\": 1, \"key\": \"AAAA\", \"iterations\": 4096, \"credentials\": []}", "key has 3 octets")]
    [InlineData("{\"version\": 1, \"key\": \"hunter2?\", \"iterations\": 4096, \"credentials\": []}", "line 1")]
    public void Damaged_file_is_named(string text, string reason)
    {
        File.WriteAllText(FilePath, text);

        var fault = Assert.Throws<CredentialStoreException>(Open);
        Assert.Contains(FilePath, fault.Message);
        Assert.Contains(reason, fault.Message);
        Assert.DoesNotContain("hunter2", fault.ToString());
    }

    [Theory]
    [InlineData("storedKey", "\"\"")]
    [InlineData("storedKey", "\"AAAA\"")]
    [InlineData("serverKey", "\"AAAA\"")]
    [InlineData("storedKey", "null")]
    [InlineData("storedKey", "\"not base64!\"")]
    [InlineData("replacedAt", "\"yesterday\"")]
    [InlineData("iterations", "1")]
    [InlineData("iterations", "2000000000")]
    [InlineData("extra", "1")]
    public void Damaged_hash_is_refused_at_start(string member, string value)
    {
        _ = Start("one");
        _ = Start("two");
        var document = JsonNode.Parse(File.ReadAllText(FilePath))!;
        var entry = document["credentials"]![0]!;
        var owner = member switch { "iterations" => document, "replacedAt" => entry["previous"]!, _ => entry };
        owner[member] = JsonNode.Parse(value);
        File.WriteAllText(FilePath, document.ToJsonString());

        Assert.Contains(FilePath, Assert.Throws<CredentialStoreException>(Open).Message);
    }

    /// <summary>Cut anywhere, the file is refused or gone; it never lets more in.</summary>
    [Fact]
    public void Cut_file_is_refused()
    {
        _ = Start("one");
        var octets = File.ReadAllBytes(FilePath);
        for (var length = 0; length < octets.Length - 1; length += 7)
        {
            File.WriteAllBytes(FilePath, octets[..length]);
            Assert.Throws<CredentialStoreException>(Open);
        }
    }

    [Fact]
    public void Directory_that_cannot_be_written_is_named()
    {
        var fault = Assert.Throws<CredentialStoreException>(() => CredentialStore.Open(Path.Combine(_directory.FullName, "missing"), _time, Iterations));

        Assert.Contains("missing/credentials.json cannot be written", fault.Message);
    }

    [Fact]
    public async Task Other_iterations_hold_as_soon_as_no_replaced_password_is_good()
    {
        _ = Start("one");
        _ = Start("two");
        var credentials = CredentialStore.Open(_directory.FullName, _time, Iterations * 2).Create("in", [CredentialSource.Managed("in", "two")]);
        Assert.Equal(Iterations, credentials.Find("in").Iterations);
        Assert.Equal("Previous", await LoginAsync(credentials, "one"));

        _time.Advance(CredentialStore.PreviousLifetime);
        credentials = CredentialStore.Open(_directory.FullName, _time, Iterations * 2).Create("in", [CredentialSource.Managed("in", "two")]);
        Assert.Equal(Iterations * 2, credentials.Find("in").Iterations);
        Assert.Equal(Iterations * 2, credentials.Find("nobody").Iterations);
        Assert.Equal("Current", await LoginAsync(credentials, "two"));
    }

    [Fact]
    public async Task Clock_that_was_ahead_does_not_make_an_old_password_good_for_longer()
    {
        _ = Start("one");
        var now = _time.GetUtcNow();
        var ahead = new FakeTimeProvider(now.AddYears(5));
        _ = CredentialStore.Open(_directory.FullName, ahead, Iterations).Create("in", [CredentialSource.Managed("in", "two")]);
        Assert.Equal("Previous", await LoginAsync(Start("two"), "one"));
        _time.Advance(CredentialStore.PreviousLifetime);

        Assert.Equal("ExpiredPassword", await LoginAsync(Start("two"), "one"));
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("n\u00e4me", "x")]
    [InlineData("a\0b", "x")]
    [InlineData("name", "")]
    [InlineData("name", "hunter\u00b2")]
    public void Names_and_passwords_that_no_client_could_send_are_refused(string name, string password)
    {
        var store = Open();
        foreach (var source in new[] { CredentialSource.Managed(name, password), CredentialSource.FromSecret(name, "good", [password]) })
        {
            var fault = Assert.Throws<CredentialStoreException>(() => store.Create("public-mx", [source]));
            Assert.Contains("public-mx", fault.Message);
            Assert.DoesNotContain("hunter", fault.Message);
        }
    }

    [Fact]
    public void Two_credentials_of_one_name_are_refused() => Assert.Contains(
        "two credentials named a",
        Assert.Throws<CredentialStoreException>(() => Open().Create("in", [CredentialSource.Managed("a", "x"), CredentialSource.Managed("a", "y")])).Message);

    [Fact]
    public void Nothing_of_a_password_or_hash_is_printed()
    {
        var credentials = Start("hunter2");
        var keys = new ScramKeys(new byte[32], new byte[32]);

        Assert.Equal("credential in", CredentialSource.Managed("in", "hunter2").ToString());
        Assert.Equal("credentials of in (in)", credentials.ToString());
        Assert.Equal("credential in", credentials.Find("in").ToString());
        Assert.Equal("StoredPassword { Current = SCRAM keys, Previous =  }", new StoredPassword(keys, null).ToString());
        Assert.Equal(typeof(CredentialStore).FullName, Open().ToString());
        Assert.Equal(typeof(CredentialContent).FullName, CredentialContent.CreateNew(Iterations).ToString());
    }

    private CredentialStore Open() => CredentialStore.Open(_directory.FullName, _time, Iterations);

    /// <summary>The process starts with this managed password.</summary>
    private IngressCredentials Start(string password) => Open().Create("in", [CredentialSource.Managed("in", password)]);

    private JsonArray Stored() => JsonNode.Parse(File.ReadAllText(FilePath))!["credentials"]!.AsArray();

    /// <summary>What a login came to, in a word.</summary>
    private async Task<string> LoginAsync(IngressCredentials credentials, string password, string userName = "in")
    {
        using var derivation = new PasswordDerivation();
        var logins = new LoginRecorder();
        var authenticator = new SaslAuthenticator(credentials, derivation, new SaslThrottle(_time), logins, _time);
        using var answered = new CancellationTokenSource();
        logins.Heard += answered.Cancel;
        var message = Encoding.ASCII.GetBytes($"\0{userName}\0{password}");
        try
        {
            // What was heard is enough: the wait of a failure is cut short.
            var step = await authenticator.Begin("PLAIN"u8, LoginRecorder.Peer)!.NextAsync(message, answered.Token);
            Assert.Equal(userName, step.Identity);
        }
        catch (OperationCanceledException)
        {
            Assert.DoesNotContain(logins.Result, new[] { "Current", "Previous" });
        }

        return logins.Result;
    }
}
