using System.Collections.Immutable;
using MailManager.Delivery.Srs;
using MailManager.Resources.Binding;
using MailManager.Resources.Identities;

namespace MailManager.Mta.Configuration;

/// <summary>How reverse-paths are replaced by addresses of this server (SRS): <c>Node.Srs</c> in the configuration file.</summary>
public sealed record SrsSettings
{
    private const string OwnSecretFile = "srs-secrets";

    /// <summary>A domain whose MX leads here. It need not be a verified identity.</summary>
    public required string Domain { get; init; }

    /// <summary>Absolute path; null: <c>srs-secrets</c> in the data directory, made when it is not there.</summary>
    public string? SecretFile { get; init; }

    /// <summary>How long a replaced address leads back, 1 to 30 days. Default: 21 days, as postsrsd.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(21);

    /// <summary>What rewrites; its secrets are read, and made if need be. Throws as <see cref="SrsSecretFile.Read"/>.</summary>
    internal SrsRewriter Open(string dataDirectory, TimeProvider time) => Create(
        SecretFile is null ? SrsSecretFile.ReadOrCreate(Path.Combine(dataDirectory, OwnSecretFile)) : SrsSecretFile.Read(SecretFile), time);

    /// <summary>What rewrites with other secrets than those of the file.</summary>
    internal SrsRewriter Create(ImmutableArray<byte[]> secrets, TimeProvider time) => new(Domain, secrets, MaxAge, time);

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    internal static SrsSettings? Read(DocumentValue value, FileReferences files)
    {
        var defaults = new SrsSettings { Domain = string.Empty };
        if (value.Map(["Domain", "SecretFile", "MaxAge"]) is not { } map)
        {
            return null;
        }

        var domainValue = map.Required("Domain");
        var domain = domainValue?.PlainText();
        if (domain is not null && DomainName.ProblemWith(domain) is { } problem)
        {
            domainValue!.Error(problem);
        }

        var file = map.Optional("SecretFile") is { } fileValue ? files.Read(fileValue) : null;
        var maxAge = map.Optional("MaxAge") is { } ageValue ? Duration.Read(ageValue, TimeSpan.FromDays(1), Duration.Longest) : defaults.MaxAge;
        return map.Failed ? null : new SrsSettings { Domain = domain!, SecretFile = file, MaxAge = maxAge!.Value };
    }
}
