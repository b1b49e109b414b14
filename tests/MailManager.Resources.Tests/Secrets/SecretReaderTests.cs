using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Secrets;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.Secrets;

public sealed class SecretReaderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("secrets").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Map_and_json_text_become_values()
    {
        var secrets = ReadValid(FullDocument.Yaml).Secrets;

        Assert.Equal(["exchange-login", "as-json", "device-login"], secrets.Select(secret => secret.Name));
        Assert.Equal(FullDocument.Password, secrets[0].Values["password"]);
        Assert.Equal(FullDocument.JsonPassword, secrets[1].Values["password"]);
        Assert.Null(secrets[1].PreviousValues);
        Assert.Equal(FullDocument.Password, secrets[2].Values["password"]);
        Assert.Equal($"before {FullDocument.Password}", secrets[2].PreviousValues!["password"]);
    }

    [Fact]
    public void Printing_shows_keys_only()
    {
        var texts = ReadValid(FullDocument.Yaml).Secrets.Select(secret => secret.ToString()).ToArray();

        Assert.All(texts, text => Assert.Contains("password", text, StringComparison.Ordinal));
        Assert.DoesNotContain(texts, text => text.Contains("hunter", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a${env:A}b${env:B}c", "a1b2c")]
    [InlineData("$${env:A}", "${env:A}")]
    [InlineData("$${$${env:A}${env:A}", "${${env:A}1")]
    [InlineData("100$", "100$")]
    [InlineData("{a}$b", "{a}$b")]
    [InlineData("${env:NESTED}", "${env:A}")]
    [InlineData("${env:EMPTY}", "")]
    [InlineData("${file:secret.txt}", "from file")]
    [InlineData("${file:windows.txt}", "from windows")]
    [InlineData("${file:two-lines.txt}", "one\n")]
    public void Substitutions_are_replaced_once(string value, string expected)
    {
        File.WriteAllText(Path.Combine(_directory, "secret.txt"), "from file\n");
        File.WriteAllText(Path.Combine(_directory, "windows.txt"), "from windows\r\n");
        File.WriteAllText(Path.Combine(_directory, "two-lines.txt"), "one\n\n");

        Assert.Equal(expected, Substitution().Apply(value, out var problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("hunter${env:MISSING}", "the environment variable 'MISSING' is not set")]
    [InlineData("hunter${env:}", "the environment variable '' is not set")]
    [InlineData("hunter${file:missing.txt}", "the file 'missing.txt' does not exist")]
    [InlineData("hunter${file:no/such/missing.txt}", "the file 'no/such/missing.txt' does not exist")]
    [InlineData("hunter${file:}", "the file '' cannot be read")]
    [InlineData("hunter${file:binary}", "the file 'binary' is not UTF-8 text")]
    [InlineData("hunter${file:huge}", "the file 'huge' is larger than 65536 octets")]
    [InlineData("${hunter}", "'${' must begin ${env:NAME} or ${file:PATH}; write '$${' for a literal '${'")]
    [InlineData("${hunter", "'${' has no closing '}'; write '$${' for a literal '${'")]
    public void Problems_name_the_variable_or_path_only(string value, string expected)
    {
        File.WriteAllBytes(Path.Combine(_directory, "binary"), [0xFF, 0xFE]);
        File.WriteAllBytes(Path.Combine(_directory, "huge"), new byte[65537]);

        var (_, errors) = Read(
            $"Secrets:\n  - Name: s\n    SecretString: {{ key: '{value}' }}\n", environment: [], directory: _directory);

        Assert.Equal([$"mailmanager.yaml:3: Secrets[0].SecretString.key: {expected}"], errors);
    }

    [Fact]
    public void Unset_variable_in_json_text_is_reported_at_the_text() =>
        Assert.Equal(
            ["mailmanager.yaml:2: Secrets[0].SecretString.key: the environment variable 'NO' is not set"],
            Read("Secrets: [{ Name: s,\n SecretString: '{\"key\": \"${env:NO}\"}' }]").Errors);

    [Fact]
    public void Values_stand_for_themselves_without_substitution()
    {
        var context = new ReadContext();
        var node = DocumentReader.Read(
            "{\"Name\": \"s\", \"SecretString\": {\"k\": \"${file:/etc/passwd}\"}}"u8.ToArray(),
            "request",
            DocumentFormat.Json,
            context.Errors);

        var secret = SecretReader.Read(new(node!, DocumentPath.Root, context), substitution: null);

        Assert.Equal("${file:/etc/passwd}", secret!.Values["k"]);
    }

    [Theory]
    [InlineData("hunter2", "must be a map, or text that is a JSON object with different keys")]
    [InlineData("'{\"a\": hunter2}'", "must be a map, or text that is a JSON object with different keys")]
    [InlineData("'{\"a\": \"hunter2\", \"a\": \"b\"}'", "must be a map, or text that is a JSON object with different keys")]
    [InlineData("'[\"hunter2\"]'", "must be a map, or text that is a JSON object with different keys")]
    [InlineData("[hunter2]", "must be a map, or text that is a JSON object with different keys")]
    [InlineData("{}", "has no keys")]
    [InlineData("{ username: svc, password: hun,ter }", "has a key without a value; put values with punctuation in quotes")]
    public void Secret_string_is_checked(string secretString, string expected) =>
        Assert.Equal(
            [$"mailmanager.yaml:2: Secrets[0].SecretString: {expected}"],
            Read($"Secrets: [{{ Name: s,\n SecretString: {secretString} }}]").Errors);

    [Theory]
    [InlineData("{ password: *hunter }")]
    [InlineData("{ password: &hunter }")]
    [InlineData("{ password: !hunter }")]
    [InlineData("{ password: !<hunter> }")]
    [InlineData("{ password: @hunter }")]
    [InlineData("{ password: %hunter }")]
    [InlineData("{ password: `hunter` }")]
    [InlineData("{ password: 'hunter }")]
    [InlineData("{ password: 'hun'ter' }")]
    [InlineData("{ password: \"hunter\\qhunter\" }")]
    [InlineData("{ password: hunter]hunter }")]
    [InlineData("{ password: }hunter }")]
    [InlineData("{ password: [hunter }")]
    [InlineData("{ password: hunter: hunter }")]
    [InlineData("{ password: hunter, hunter }")]
    [InlineData("{ hunter }")]
    [InlineData("password: hunter: hunter")]
    [InlineData("|hunter")]
    [InlineData(">hunter")]
    [InlineData("\"{ \\\"password\\\": hunter }\"")]
    public void Passwords_that_break_the_syntax_are_not_shown(string secretString)
    {
        var (resources, errors) = Read($"Secrets: [{{ Name: s,\n SecretString: {secretString} }}]");

        Assert.Null(resources);
        Assert.NotEmpty(errors);
        Assert.DoesNotContain(errors, error => error.Contains("hunter", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ password: { hunter: 2 } }")]
    [InlineData("{ password: [hunter] }")]
    [InlineData("'{ \"password\": 12345 }'")]
    public void Values_are_text(string secretString) =>
        Assert.Equal(
            ["mailmanager.yaml:2: Secrets[0].SecretString.password: must be text, in quotes"],
            Read($"Secrets: [{{ Name: s,\n SecretString: {secretString} }}]").Errors);

    [Theory]
    [InlineData("Name: 'a b', SecretString: { a: b }", "Secrets[0].Name: 'a b' does not match [a-zA-Z0-9/_+=.@-]+")]
    [InlineData("SecretString: { a: b }", "Secrets[0]: Name is missing")]
    [InlineData("Name: s", "Secrets[0]: SecretString is missing")]
    [InlineData("Name: s, SecretString: { a: b }, KmsKeyId: x", "Secrets[0]: 'KmsKeyId' is not a known key; known are Name, SecretString, PreviousSecretString")]
    [InlineData("Name: s, SecretString: { a: b }, PreviousSecretString: hunter", "Secrets[0].PreviousSecretString: must be a map, or text that is a JSON object with different keys")]
    [InlineData("Name: s, SecretString: { a: b }, PreviousSecretString: { a: b,c }", "Secrets[0].PreviousSecretString: has a key without a value; put values with punctuation in quotes")]
    public void Members_are_checked(string members, string expected) =>
        Assert.Equal([$"mailmanager.yaml:1: {expected}"], Read($"Secrets: [{{ {members} }}]").Errors);

    private SecretSubstitution Substitution() => new(
        new Dictionary<string, string> { ["A"] = "1", ["B"] = "2", ["NESTED"] = "${env:A}", ["EMPTY"] = "" }.GetValueOrDefault, _directory);
}
