using MailManager.Resources.Binding;
using MailManager.Resources.Secrets;

namespace MailManager.Resources.IngressPoints;

/// <summary>
/// Checks <c>IngressPointConfiguration</c>, the credentials of AUTH and MTLS. Neither is supported yet, so nothing is kept; the
/// mistakes in it are reported together with all others.
/// </summary>
internal static class IngressPointConfigurationReader
{
    internal static readonly TextRule SmtpPassword = new(8, 64, @"[A-Za-z0-9!@#$%^&*()_+\-=\[\]{}|.,?]+", isSecret: true);
    internal static readonly TextRule Certificates = new(1, 500_000, @"[\P{C}\s]*", "PEM text", isSecret: true);
    internal static readonly TextRule KmsKeyArn =
        new(0, int.MaxValue, "arn:aws(|-cn|-us-gov|-eusc):kms:[a-z0-9-]{1,20}:[0-9]{12}:(key|alias)/.+");

    public static void Check(MapReader ingressPoint, IngressPointType? type)
    {
        if (ingressPoint.Optional("IngressPointConfiguration") is not { } value)
        {
            if (type is IngressPointType.Auth or IngressPointType.Mtls)
            {
                ingressPoint.Value.Error("IngressPointConfiguration is missing");
            }

            return;
        }

        if (value.Union(["SmtpPassword", "SecretArn", "TlsAuthConfiguration"]) is not { } member)
        {
            return;
        }

        switch (member.Key)
        {
            case "SmtpPassword":
                member.Value.Text(SmtpPassword);
                break;
            case "SecretArn":
                SecretName.Read(member.Value);
                break;
            default:
                CheckTrustStore(member.Value);
                break;
        }

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
    }

    private static void CheckTrustStore(DocumentValue value)
    {
        if (value.Map(["TrustStore"])?.Optional("TrustStore")?.Map(["CAContent", "CrlContent", "KmsKeyArn"]) is { } store)
        {
            store.Text("CAContent", Certificates);
            store.OptionalText("CrlContent", Certificates);
            store.OptionalText("KmsKeyArn", KmsKeyArn);
        }
    }
}
