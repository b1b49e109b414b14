using System.Net.NetworkInformation;

namespace MailManager.Mta.Configuration;

/// <summary>What a configuration depends on besides its text.</summary>
public sealed record ConfigurationSource
{
    /// <summary>Where relative paths in the text start. Default: the current directory.</summary>
    public string BaseDirectory { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>Takes the place of <c>Node.DataDirectory</c> when given (<c>--data</c>); relative to the current directory.</summary>
    public string? DataDirectory
    {
        get;
        init => field = value is null ? null : Path.GetFullPath(value);
    }

    /// <summary>Gives the value of an environment variable, null when it is not set.</summary>
    public Func<string, string?> EnvironmentVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Used when the file gives no host name. Default: the machine's name, with its domain when the system knows one.</summary>
    public string MachineName { get; init; } = FullMachineName();

    internal string FullBaseDirectory => Path.GetFullPath(BaseDirectory);

    internal string FullPath(string path) => Path.GetFullPath(path, FullBaseDirectory);

    private static string FullMachineName()
    {
        var name = Environment.MachineName;
        var domain = IPGlobalProperties.GetIPGlobalProperties().DomainName;

        // Linux says "(none)" when no domain is set.
        return name.Contains('.', StringComparison.Ordinal) || domain is "" or "(none)" ? name : $"{name}.{domain}";
    }
}
