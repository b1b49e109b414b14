using MailManager.TestKit;

namespace MailManager.Interop.Tests.Peers;

/// <summary>The programs that tests/run.sh builds and unpacks. One that is missing fails the test that needs it.</summary>
internal static class Programs
{
    /// <summary>The gateway itself.</summary>
    public static string MailManager => Existing("MAILMANAGER_EXECUTABLE", "src/MailManager.Mta/bin/Release/net10.0/mailmanager");

    /// <summary>Load driver and sink; to be run with <c>dotnet</c>.</summary>
    public static string LoadTests => Existing("MAILMANAGER_LOADTESTS", "perf/MailManager.LoadTests/bin/Release/net10.0/MailManager.LoadTests.dll");

    public static string PostfixInstance => Existing("MAILMANAGER_POSTFIX_INSTANCE", "tests/postfix-instance.sh");

    /// <summary>A script of <c>tests/peers</c>, which runs a server from its unpacked package.</summary>
    public static string Peer(string name)
    {
        Existing("MAILMANAGER_PEERS_ROOT", "artifacts/peers");
        return Path.Combine(RepositoryRoot.Path, "tests/peers", name + ".sh");
    }

    public static string SmtpSource => Path.Combine(PostfixRoot, "bin/smtp-source");

    public static string SmtpSink => Path.Combine(PostfixRoot, "bin/smtp-sink");

    public static string HaProxy => Path.Combine(Existing("MAILMANAGER_HAPROXY_ROOT", "artifacts/haproxy"), "bin/haproxy");

    /// <summary>The directory in which node finds nodemailer.</summary>
    public static string NodeModules => Path.Combine(Existing("MAILMANAGER_NODEMAILER_ROOT", "artifacts/nodemailer"), "node_modules");

    /// <summary>A script or a data file below <c>tests/clients</c>.</summary>
    public static string Client(string path) => Path.Combine(RepositoryRoot.Path, "tests/clients", path);

    private static string PostfixRoot => Existing("MAILMANAGER_POSTFIX_ROOT", "artifacts/postfix");

    private static string Existing(string variable, string fallback)
    {
        var path = Environment.GetEnvironmentVariable(variable) ?? Path.Combine(RepositoryRoot.Path, fallback);
        Assert.True(Path.Exists(path), $"{path} is missing: run tests/run.sh.");
        return path;
    }
}
