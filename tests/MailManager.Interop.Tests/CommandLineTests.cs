using MailManager.Interop.Tests.Peers;
using MailManager.TestKit;

namespace MailManager.Interop.Tests;

/// <summary>The program as a person at a terminal meets it.</summary>
public class CommandLineTests
{
    [Fact]
    public async Task Without_arguments_the_quick_start_relays_the_sample_to_its_catcher()
    {
        using var directory = new TemporaryDirectory();
        await using var gateway = ChildProcess.Start(Programs.MailManager, [], directory.Path);
        await gateway.LineAsync("Started as localhost");

        await ChildProcess.RunAsync(
            0, "curl", "-sS", "--url", "smtp://127.0.0.1:2525", "--mail-from", "ann@sender.example", "--mail-rcpt", "bob@example.com",
            "--upload-file", Path.Combine(RepositoryRoot.Path, "samples/hello.eml"));

        await gateway.LineAsync("Caught message from <ann@sender.example> to bob@example.com");
        var caught = await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(directory.Path, "data", "caught"), "*.eml").Single());
        Assert.StartsWith("X-Gateway: MailManager\r\nReceived: from ", caught, StringComparison.Ordinal);
        Assert.EndsWith(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "samples/hello.eml")), caught, StringComparison.Ordinal);
        Assert.Equal("ready\n", await ChildProcess.RunAsync(0, "curl", "-sS", "http://127.0.0.1:8025/health/ready") + "\n");
        Assert.Equal(0, await gateway.TerminateAsync());
    }

    [Fact]
    public async Task Check_prints_every_error_with_its_place_and_fails()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "bad.yaml");
        await File.WriteAllTextAsync(file, """
            Identities: [ example.com ]
            Relays:
              - RelayName: one
                ServerName: 127.0.0.1
                ServerPort: 70000
                Authentication: { NoAuthentication: {} }
                Colour: red
            """);

        var output = await ChildProcess.RunAsync(1, Programs.MailManager, "check", "--config", file);

        Assert.Contains($"{file}:5: Relays[0].ServerPort: ", output, StringComparison.Ordinal);
        Assert.Contains($"{file}:7: Relays[0]: 'Colour' is not a known key", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_of_a_good_file_succeeds()
    {
        var output = await ChildProcess.RunAsync(
            0, Programs.MailManager, "check", "--config", Path.Combine(RepositoryRoot.Path, "src/MailManager.Mta/QuickStart/quickstart.yaml"));

        Assert.EndsWith("No errors.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_names_rules_that_cannot_be_carried_out()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "verdict.yaml");
        var good = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "src/MailManager.Mta/QuickStart/quickstart.yaml"));
        await File.WriteAllTextAsync(file, good.Replace(
            "      - Name: to-catcher\n",
            "      - Conditions: [ { VerdictExpression: { Evaluate: { Attribute: SPF }, Operator: EQUALS, Values: [ FAIL ] } } ]\n        Actions: [ { Drop: {} } ]\n      - Name: to-catcher\n",
            StringComparison.Ordinal));

        var output = await ChildProcess.RunAsync(1, Programs.MailManager, "check", "--config", file);

        Assert.Contains($"{file}:19: RuleSets[0].Rules[0].Conditions[0]: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        var output = await ChildProcess.RunAsync(1, Programs.MailManager, "run", "--config", "/nowhere/mailmanager.yaml");

        Assert.Contains("/nowhere/mailmanager.yaml: does not exist", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_printed() =>
        Assert.StartsWith("0.", await ChildProcess.RunAsync(0, Programs.MailManager, "--version"), StringComparison.Ordinal);
}
