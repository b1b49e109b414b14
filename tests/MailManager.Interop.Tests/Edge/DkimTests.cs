using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailManager.Interop.Tests.Peers;
using MailManager.TestKit.Peers;

namespace MailManager.Interop.Tests.Edge;

/// <summary>Signatures of the gateway, made by keys of <c>identity dkim</c>, as dkimpy judges them.</summary>
[Collection(nameof(EdgeCollection))]
public class DkimTests(EdgeGateway gateway)
{
    [Fact]
    public async Task A_submitted_message_is_signed_by_both_keys_as_it_arrives()
    {
        var token = Token.Next();
        await SendAsync(EdgeListener.Submission, token);

        var arrived = await gateway.ArrivedAsync(token);
        Assert.Equal(["r1 rsa-sha256 pass", "e1 ed25519-sha256 pass"], await VerifyAsync(arrived.Message.Data));

        var changed = (byte[])arrived.Message.Data.Clone();
        changed[^4] ^= 1;
        Assert.Equal(["r1 rsa-sha256 fail", "e1 ed25519-sha256 fail"], await VerifyAsync(changed));
    }

    [Fact]
    public async Task A_message_of_a_stranger_is_not_signed()
    {
        var token = Token.Next();
        await SendAsync(EdgeListener.Plain, token);

        Assert.Empty(await VerifyAsync((await gateway.ArrivedAsync(token)).Message.Data));
    }

    [Fact]
    public async Task A_key_file_is_for_its_owner_only_and_never_overwritten()
    {
        var path = Path.Combine(gateway.Directory, "r1.pem");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        var before = await File.ReadAllTextAsync(path);
        Assert.Contains("cannot be made", await ChildProcess.RunAsync(1, Programs.MailManager, "identity", "dkim", "example.com", "--output", path), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(path));
        await ChildProcess.RunAsync(1, Programs.MailManager, "identity", "dkim", "example.com", "--bits", "512");
        await ChildProcess.RunAsync(1, Programs.MailManager, "identity", "dkim", "no domain");
    }

    [Fact]
    public async Task Check_says_of_each_key_whether_its_record_fits()
    {
        await using var dns = new ScriptedDnsServer();
        var file = Path.Combine(gateway.Directory, "check-dkim.yaml");
        await File.WriteAllTextAsync(file, $$"""
            Node: { Hostname: mx.example.com, Dns: { Servers: [ "{{dns.EndPoint}}" ] } }
            Identities:
              - EmailIdentity: example.com
                DkimSigningAttributes:
                  - { DomainSigningSelector: r1, DomainSigningPrivateKeyFile: r1.pem }
                  - { DomainSigningSelector: e1, DomainSigningPrivateKeyFile: e1.pem }
            """);
        dns.Text("r1._domainkey.example.com", [.. gateway.DkimRecords["r1._domainkey.example.com"].Chunk(255).Select(part => new string(part))]);
        var output = await ChildProcess.RunAsync(1, Programs.MailManager, "identity", "dkim", "example.com", "--check", "--config", file);
        Assert.Contains("r1._domainkey.example.com (rsa-sha256): the record fits the key", output, StringComparison.Ordinal);
        Assert.Contains("e1._domainkey.example.com (ed25519-sha256): there is no TXT record", output, StringComparison.Ordinal);

        dns.Text("e1._domainkey.example.com", gateway.DkimRecords["e1._domainkey.example.com"]);
        output = await ChildProcess.RunAsync(0, Programs.MailManager, "identity", "dkim", "example.com", "--check", "--config", file, "--json");
        Assert.Equal([true, true], JsonNode.Parse(output)!["keys"]!.AsArray().Select(key => key!["fits"]!.GetValue<bool>()));
        Assert.Contains("no DkimSigningAttributes", await ChildProcess.RunAsync(1, Programs.MailManager, "identity", "dkim", "example.org", "--check", "--config", file), StringComparison.Ordinal);
    }

    private async Task<string[]> VerifyAsync(byte[] message)
    {
        var name = Path.Combine(gateway.Directory, string.Create(CultureInfo.InvariantCulture, $"dkim-{Guid.NewGuid():N}"));
        await File.WriteAllBytesAsync(name + ".eml", message);
        await File.WriteAllTextAsync(name + ".json", JsonSerializer.Serialize(gateway.DkimRecords));
        var output = await ChildProcess.RunAsync(0, "/usr/bin/python3", Programs.Client("verify_dkim.py"), name + ".eml", name + ".json");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private Task<string> SendAsync(EdgeListener listener, string token)
    {
        var options = new JsonObject
        {
            ["port"] = gateway.Port(listener),
            ["from"] = "ann@example.com",
            ["to"] = new JsonArray("bob@example.com"),
            ["message"] = $"From: Ann <ann@example.com>\nTo: bob@example.com\nSubject:  {token}\n\tfolded \n\nbody of  {token} \n\n.leading dot\n\n\n",
        };
        if (listener == EdgeListener.Submission)
        {
            (options["ca"], options["mechanism"], options["user"], options["password"]) = (gateway.AuthorityFile, "PLAIN", "submission", EdgeGateway.Password);
        }

        return ChildProcess.RunAsync(0, "python3", Programs.Client("send.py"), options.ToJsonString(JsonSerializerOptions.Default));
    }
}
