using MailManager.Mta.Configuration;
using MailManager.Mta.Hosting;
using MailManager.Resources.Documents;

namespace MailManager.Mta.Cli;

/// <summary>The configuration that a command looks into.</summary>
internal static class CommandConfiguration
{
    /// <summary>The configuration of a file, or all of its errors.</summary>
    public static async Task<(CheckedConfiguration? Configuration, IReadOnlyList<DocumentError> Errors)> ReadAsync(string path)
    {
        var result = ConfigurationFile.Load(path);
        return result.Configuration is { } loaded
            ? await CheckedConfiguration.MakeAsync(loaded, TimeProvider.System).ConfigureAwait(false)
            : (null, result.Errors);
    }

    /// <summary>The configuration of a file; null, and all errors on standard error, when it has any.</summary>
    public static async Task<CheckedConfiguration?> LoadAsync(string path)
    {
        var (configuration, errors) = await ReadAsync(path).ConfigureAwait(false);
        foreach (var error in errors)
        {
            await Console.Error.WriteLineAsync(error.ToString()).ConfigureAwait(false);
        }

        return configuration;
    }

    /// <summary>
    /// The ingress point of that name, or the only one when no name is given; null, and what is wrong on standard error, when there is no such one.
    /// </summary>
    public static string? ChooseIngressPoint(CheckedConfiguration configuration, string? name)
    {
        var names = configuration.IngressPoints.Select(built => built.Ingress.IngressPointName).ToArray();
        if (name is null ? names.Length == 1 : names.Contains(name, StringComparer.Ordinal))
        {
            return name ?? names[0];
        }

        Console.Error.WriteLine(name is null
            ? $"--ingress-point is needed: there are {names.Length} ingress points ({string.Join(", ", names)})"
            : $"no ingress point is named {DisplayText.Quote(name)}; there are {string.Join(", ", names)}");
        return null;
    }
}
