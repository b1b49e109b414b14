namespace MailManager.Mta.Guides;

/// <summary>In front of Gmail in Google Workspace: the setting "Inbound gateway".</summary>
internal static class GoogleWorkspaceGuide
{
    private const string Server = "aspmx.l.google.com";

    public static GatewayGuide Write(GuideFacts facts) => new(
        "Google Workspace",
        [
            $"Mail for {facts.Domain} comes to {facts.Hostname}, is judged there, and goes on to Gmail. Gmail must know the gateway: to it, all mail comes from the gateway's addresses, and SPF fails for mail of everybody else.",
            "An administrator of the Workspace account is needed, and whoever keeps the DNS of the domain. Take the steps in this order: the MX comes last, when all the rest works.",
        ],
        [
            new GuideStep(
                "The gateway's configuration",
                [
                    "Use this, or take over what is missing: the identity, the policy, the rule, the relay and the ingress point.",
                    "Without a change of the sender: Gmail is told below to look behind the gateway.",
                    "Then: mailmanager check --config FILE, and mailmanager relay test google-workspace --config FILE.",
                ],
                GuideConfiguration.Write(facts, "google-workspace", Server)),
            new GuideStep(
                "Inbound gateway in the Google Admin console",
                [
                    "Sign in at admin.google.com and open Apps, Google Workspace, Gmail, Spam, Phishing and Malware.",
                    "Select the top-level organization, scroll to Inbound gateway, edit it and tick Enable.",
                    $"Gateway IPs: add {string.Join(" and ", facts.ShownAddresses)}. Private addresses are not taken.",
                    "Tick Automatically detect external IP, so that Gmail looks for the address of the real sender in the Received fields.",
                    "Tick Require TLS for connections from the email gateways listed above. The relay requires TLS too.",
                    "Leave Reject all mail not from gateway IPs off until the MX has changed everywhere, then tick it: else mail can go around the gateway.",
                    "Leave Message Tagging off, and save. It may take up to a day until Google has it everywhere.",
                ]),
            new GuideStep(
                "Try it",
                [
                    $"mailmanager relay test google-workspace --config FILE --to you@{facts.Domain}",
                    $"Look into the message in Gmail, Show original: it must come from {string.Join(" or ", facts.ShownAddresses)}, under TLS.",
                ]),
            new GuideStep(
                "MX",
                [
                    $"Make {facts.Hostname} the only MX of {facts.Domain}, and take those of Google away. With a second one, mail goes around the gateway.",
                    $"The name {facts.Hostname} needs an A or AAAA record, and port 25 must be open to the world.",
                    "Leave the SPF record of the domain as it is, if mail of your users still leaves through Google.",
                ]),
        ]);
}
