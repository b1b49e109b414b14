namespace MailManager.Mta.Guides;

/// <summary>In front of Exchange Online: an inbound connector, with enhanced filtering.</summary>
internal static class Microsoft365Guide
{
    public static GatewayGuide Write(GuideFacts facts)
    {
        var server = $"{facts.Domain.Replace('.', '-')}.mail.protection.outlook.com";
        var addresses = string.Join(" and ", facts.ShownAddresses);
        var list = string.Join(",", facts.ShownAddresses.Select(address => $"\"{address}\""));
        return new GatewayGuide(
            "Microsoft 365",
            [
                $"Mail for {facts.Domain} comes to {facts.Hostname}, is judged there, and goes on to Exchange Online. Exchange Online must know the gateway: to it, all mail comes from the gateway's addresses, and SPF fails for mail of everybody else.",
                "An administrator of Exchange and of security is needed, and whoever keeps the DNS of the domain. Take the steps in this order: the MX comes last, when all the rest works.",
                "The lists of Exchange Online take IPv4 addresses, and ranges from /24 to /32.",
            ],
            [
                new GuideStep(
                    "The gateway's configuration",
                    [
                        "Use this, or take over what is missing: the identity, the policy, the rule, the relay and the ingress point.",
                        $"The relay's server is the domain with hyphens for dots. If it has hyphens of its own, compare with the MX that the Microsoft 365 admin center shows under Settings, Domains, {facts.Domain}, DNS records.",
                        "Then: mailmanager check --config FILE, and mailmanager relay test microsoft-365 --config FILE.",
                    ],
                    GuideConfiguration.Write(facts, "microsoft-365", server)),
                new GuideStep(
                    "Connection filter",
                    [
                        "Open security.microsoft.com, Email & collaboration, Policies & rules, Threat policies, Anti-spam, Connection filter policy (Default), and edit it.",
                        $"Always allow messages from the following IP addresses or address range: add {addresses}. Exchange Online does not slow down or block these then.",
                    ],
                    $"Set-HostedConnectionFilterPolicy -Identity Default -IPAllowList @{{Add={list}}}",
                    "powershell"),
                new GuideStep(
                    "Inbound connector",
                    [
                        "Open admin.exchange.microsoft.com, Mail flow, Connectors, Add a connector: from Partner organization, to Office 365.",
                        "Authenticating sent email: by sender domain, with * for all domains.",
                        "Security restrictions: Reject email messages if they aren't sent over TLS. The relay requires TLS too.",
                        $"Security restrictions: Reject email messages if they aren't sent from within this IP address range: {addresses}. Mail from elsewhere is refused from then on, so switch the connector on only when the MX has changed.",
                        "Instead of addresses, the subject name of a certificate can tell the gateway: the one that the relay's TlsOptions.ClientCertificate shows, issued by an authority that Microsoft trusts.",
                    ],
                    $"New-InboundConnector -Name \"MailManager\" -ConnectorType Partner -SenderDomains \"*\" -RequireTls $true -RestrictDomainsToIPAddresses $true -SenderIPAddresses {list} -Enabled $false",
                    "powershell"),
                new GuideStep(
                    "Enhanced filtering",
                    [
                        "Open security.microsoft.com, Email & collaboration, Policies & rules, Threat policies, Enhanced filtering, and select the connector.",
                        "Choose Automatically detect and skip the last IP address, and Apply to entire organization: SPF, DMARC and spam filters then look at the address before the gateway's.",
                    ],
                    "Set-InboundConnector -Identity \"MailManager\" -EFSkipLastIP $true",
                    "powershell"),
                new GuideStep(
                    "SPF hard fail",
                    [
                        "In Threat policies, Anti-spam, Anti-spam inbound policy (Default): edit the spam threshold and properties, Mark as spam, SPF record: hard fail, Off. Else mail that the gateway passes on is marked wherever the address before it is not found.",
                    ],
                    "Set-HostedContentFilterPolicy -Identity Default -MarkAsSpamSpfRecordHardFail Off",
                    "powershell"),
                new GuideStep(
                    "Try it",
                    [
                        $"mailmanager relay test microsoft-365 --config FILE --to you@{facts.Domain}",
                        $"Look at the header of the message in Outlook: it must come from {string.Join(" or ", facts.ShownAddresses)}, under TLS.",
                    ]),
                new GuideStep(
                    "MX",
                    [
                        $"Make {facts.Hostname} the only MX of {facts.Domain}, and take that of Microsoft away. With a second one, mail goes around the gateway.",
                        $"The name {facts.Hostname} needs an A or AAAA record, and port 25 must be open to the world.",
                        "Switch the connector on when the old MX has left the caches of the world: after its time to live.",
                        "Leave the SPF record of the domain as it is, if mail of your users still leaves through Microsoft.",
                    ],
                    "Set-InboundConnector -Identity \"MailManager\" -Enabled $true",
                    "powershell"),
            ]);
    }
}
