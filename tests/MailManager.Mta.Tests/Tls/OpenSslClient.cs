using System.Diagnostics;

namespace MailManager.Mta.Tests.Tls;

/// <summary>OpenSSL's <c>s_client</c>: a TLS client that says what it negotiated.</summary>
internal static class OpenSslClient
{
    /// <summary>Connects, reads until the server's line is there, and returns all that the program printed.</summary>
    public static async Task<string> RunAsync(int port, params string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", ["s_client", "-connect", $"127.0.0.1:{port}", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        var output = new List<string>();
        try
        {
            // The server's line is the first data; tickets of TLS 1.3 are before it, so they are kept by then.
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                output.Add(line);
                if (line.StartsWith("220 ", StringComparison.Ordinal))
                {
                    await process.StandardInput.WriteLineAsync("Q");
                    process.StandardInput.Close();
                }
            }

            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }

        return string.Join('\n', output) + "\n" + await errors;
    }
}
