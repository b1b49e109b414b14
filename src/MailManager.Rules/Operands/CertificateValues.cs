using MailManager.Messages.Envelope;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Strings;

namespace MailManager.Rules.Operands;

/// <summary>The values of a client's certificate, by the API's names for them.</summary>
internal static class CertificateValues
{
    /// <summary>Whether any value matches; false without a certificate. Allocates nothing.</summary>
    public static bool AnyMatches(ClientCertificate? certificate, RuleClientCertificateAttribute attribute, StringMatcher matcher)
    {
        if (certificate is not null && attribute == RuleClientCertificateAttribute.SerialNumber)
        {
            return matcher.Matches(certificate.SerialNumber);
        }

        foreach (var value in List(certificate, attribute))
        {
            if (matcher.Matches(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>All values, for explanations. Allocates.</summary>
    public static IEnumerable<string> Of(ClientCertificate? certificate, RuleClientCertificateAttribute attribute) =>
        certificate is not null && attribute == RuleClientCertificateAttribute.SerialNumber
            ? [certificate.SerialNumber]
            : [.. List(certificate, attribute)];

    private static ReadOnlySpan<string> List(ClientCertificate? certificate, RuleClientCertificateAttribute attribute) =>
        certificate is null ? [] : attribute switch
        {
            RuleClientCertificateAttribute.Cn => certificate.CommonNames.AsSpan(),
            RuleClientCertificateAttribute.SanRfc822Name => certificate.Rfc822Names.AsSpan(),
            RuleClientCertificateAttribute.SanDnsName => certificate.DnsNames.AsSpan(),
            RuleClientCertificateAttribute.SanDirectoryName => certificate.DirectoryNames.AsSpan(),
            RuleClientCertificateAttribute.SanUniformResourceIdentifier => certificate.UniformResourceIdentifiers.AsSpan(),
            RuleClientCertificateAttribute.SanIpAddress => certificate.IpAddresses.AsSpan(),
            RuleClientCertificateAttribute.SanRegisteredId => certificate.RegisteredIds.AsSpan(),
            _ => throw new ArgumentOutOfRangeException(nameof(attribute), attribute, null),
        };
}
