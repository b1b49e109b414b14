using System.Diagnostics;
using MailManager.Mta.Tls;

namespace MailManager.Mta.Tests.Tls;

public class FipsModeTests
{
    /// <summary>MD5 is what a module in FIPS mode cannot do.</summary>
    [Fact]
    public async Task The_mode_is_that_in_which_openssl_is()
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", ["md5", "/dev/null"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(process.ExitCode != 0, FipsMode.IsEnabled);
    }

    [Fact]
    public void The_refusal_says_what_to_do()
    {
        var text = FipsMode.Refusal("public-mx", isEnabled: false);

        Assert.Contains("public-mx", text, StringComparison.Ordinal);
        Assert.Contains("default_properties = fips=yes", text, StringComparison.Ordinal);
        Assert.Null(FipsMode.Refusal("public-mx", isEnabled: true));
    }
}
