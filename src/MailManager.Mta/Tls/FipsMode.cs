using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MailManager.Mta.Tls;

/// <summary>Whether OpenSSL, which does all cryptography here, is in FIPS mode.</summary>
internal static class FipsMode
{
    private delegate int IsFipsDefault(nint context);

    private delegate int IsProviderAvailable(nint context, nint name);

    /// <summary>
    /// The default properties of OpenSSL 3 ask for <c>fips=yes</c> and the provider of that name is there. The kernel's flag
    /// (<c>/proc/sys/crypto/fips_enabled</c>) alone does not tell: an OpenSSL without the provider takes no notice of it. Fixed for the process.
    /// </summary>
    public static bool IsEnabled { get; } = Detect();

    /// <summary>Why an ingress point with <c>TlsPolicy: FIPS</c> cannot start; null: it can.</summary>
    public static string? Refusal(string ingressPoint) => Refusal(ingressPoint, IsEnabled);

    internal static string? Refusal(string ingressPoint, bool isEnabled) => isEnabled
        ? null
        : $"Ingress point {ingressPoint} has TlsPolicy FIPS, but OpenSSL is not in FIPS mode. Install OpenSSL's FIPS provider, activate it and set "
            + "'default_properties = fips=yes' in openssl.cnf (man fips_module), or use a system that was installed in FIPS mode; otherwise use TlsPolicy REQUIRED.";

    private static bool Detect()
    {
        // OpenSSL must have read its configuration: .NET loads it with the first use.
        SHA256.HashData([]);
        if (!NativeLibrary.TryLoad("libcrypto.so.3", out var library)
            || !NativeLibrary.TryGetExport(library, "EVP_default_properties_is_fips_enabled", out var isDefault)
            || !NativeLibrary.TryGetExport(library, "OSSL_PROVIDER_available", out var isAvailable))
        {
            return false;
        }

        var name = Marshal.StringToCoTaskMemUTF8("fips");
        try
        {
            return Marshal.GetDelegateForFunctionPointer<IsFipsDefault>(isDefault)(0) == 1
                && Marshal.GetDelegateForFunctionPointer<IsProviderAvailable>(isAvailable)(0, name) == 1;
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }
}
