using MailManager.Resources.Binding;
using MailManager.Resources.Secrets;

namespace MailManager.Resources.IngressPoints;

/// <summary>Reads <c>IngressPointConfiguration</c>: what AUTH and MTLS ask of their clients.</summary>
internal static class IngressPointConfigurationReader
{
    internal static readonly TextRule Certificates = new(1, 500_000, @"[\P{C}\s]*", "PEM text", isSecret: true);
    internal static readonly TextRule KmsKeyArn =
        new(0, int.MaxValue, "arn:aws(|-cn|-us-gov|-eusc):kms:[a-z0-9-]{1,20}:[0-9]{12}:(key|alias)/.+");

    /// <summary>The text between certificates in a bundle may have characters of several octets.</summary>
    private const int LargestCertificateFile = 4 * 500_000;

    /// <summary>Null when there are errors, or when <paramref name="type"/> is null: which one it is to be is then not known.</summary>
    public static IngressAuthentication? Read(MapReader ingressPoint, IngressPointType? type, SecretSubstitution? substitution)
    {
        if (ingressPoint.Optional("IngressPointConfiguration") is not { } value)
        {
            if (type is IngressPointType.Auth or IngressPointType.Mtls)
            {
                ingressPoint.Value.Error("IngressPointConfiguration is missing");
            }

            return type == IngressPointType.Open ? new IngressAuthentication.None() : null;
        }

        if (IngressPasswordReader.IsInPieces(value) || value.Union([.. IngressPasswordReader.Keys, "TlsAuthConfiguration"]) is not { } member)
        {
            return null;
        }

        IngressAuthentication? authentication = member.Key == "TlsAuthConfiguration"
            ? ReadTrustStore(member.Value, substitution)
            : IngressPasswordReader.Read(member, substitution) is { } password ? new IngressAuthentication.Password(password) : null;
        var fits = type switch
        {
            IngressPointType.Auth => member.Key != "TlsAuthConfiguration",
            IngressPointType.Mtls => member.Key == "TlsAuthConfiguration",
            _ => false,
        };
        if (type is not null && !fits)
        {
            value.Error($"{member.Key} does not belong to an ingress point of type {IngressPointWords.Type.WordOf(type.Value)}");
        }

        return authentication;
    }

    private static IngressAuthentication.TrustStore? ReadTrustStore(DocumentValue value, SecretSubstitution? substitution)
    {
        if (value.Map(["TrustStore"])?.Required("TrustStore")?.Map(["CAContent", "CrlContent", "KmsKeyArn", "OnExpiredCrl"]) is not { } store)
        {
            return null;
        }

        var authorities = store.Required("CAContent") is { } caValue ? ReadCertificates(caValue, substitution) : null;
        var revoked = store.Optional("CrlContent") is { } crlValue ? ReadCertificates(crlValue, substitution) : null;

        // What is kept at rest here is encrypted by other means, if at all: the key's name is checked and not kept.
        store.OptionalText("KmsKeyArn", KmsKeyArn);
        var onExpired = store.OptionalWord("OnExpiredCrl", IngressPointWords.OnExpiredCrl) ?? OnExpiredCrl.DisableCa;
        return store.Failed ? null : new IngressAuthentication.TrustStore(authorities!, revoked, onExpired);
    }

    private static string? ReadCertificates(DocumentValue value, SecretSubstitution? substitution) =>
        SubstitutedText.Read(value, Certificates, substitution, LargestCertificateFile);
}
