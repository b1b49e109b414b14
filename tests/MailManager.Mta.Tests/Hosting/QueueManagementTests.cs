using System.Net;
using System.Net.Http.Json;
using MailManager.Management.Queue;
using MailManager.Queue;
using MailManager.Queue.Administration;

namespace MailManager.Mta.Tests.Hosting;

/// <summary>The queue over the management listener, of a whole gateway whose relay refuses everything for now.</summary>
public sealed class QueueManagementTests : IAsyncLifetime
{
    private Gateway _gateway = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await Gateway.StartAsync();
        _gateway.Inside.Script.On("MAIL", "451 4.3.0 Not now", occurrence: 1);
        _http = new HttpClient { BaseAddress = _gateway.Management };
        _http.DefaultRequestHeaders.Authorization = new("Bearer", ManagementToken.Read(_gateway.DataDirectory).Text);
        Assert.StartsWith("250", await _gateway.SendAsync("Subject: x\r\n\r\nbody\r\n.\r\n", "a@b.example", "c@example.com"), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_deferred_message_is_listed_counted_and_shown_with_its_history()
    {
        var delivery = await DeferredAsync();
        Assert.Equal(("relay:inside", "a@b.example", "front-door", 1), (delivery.Destination, delivery.Sender, delivery.IngressPoint, delivery.Attempts));
        Assert.Contains("451 4.3.0 Not now", delivery.LastReply, StringComparison.Ordinal);
        Assert.Equal(1, (await _http.GetFromJsonAsync("queue/count?filter=age<1h", QueueJson.Default.CountAnswer))!.Count);
        Assert.Equal(0, (await _http.GetFromJsonAsync("queue/count?filter=age>1h", QueueJson.Default.CountAnswer))!.Count);

        var shown = Assert.Single((await _http.GetFromJsonAsync($"queue/messages/{delivery.Id}", QueueJson.Default.MessageAnswer))!.Deliveries);
        var attempt = Assert.Single(shown.History!.Value);
        Assert.Equal((1, "refused at MAIL: 451 4.3.0 Not now"), (attempt.Number, attempt.Outcome));
        Assert.Contains($"[{_gateway.Inside.EndPoint}]", attempt.Peer, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("queue/messages/01KE6JQ300F2NSJQGZWQQSP2VC")).StatusCode);
    }

    [Fact]
    public async Task A_retry_delivers_now_and_a_dry_run_does_nothing()
    {
        await DeferredAsync();
        var answer = await OrderAsync(OrderKind.Retry, "domain=example.com", isDryRun: true);
        Assert.Equal((1, 0, 1), (answer.Selected, answer.Done, answer.Examples.Length));
        Assert.Equal(1, (await _http.GetFromJsonAsync("queue/count?filter=state=deferred", QueueJson.Default.CountAnswer))!.Count);

        answer = await OrderAsync(OrderKind.Retry, "domain=example.com");
        Assert.Equal((1, 1), (answer.Selected, answer.Done));
        Assert.Equal(["c@example.com"], (await _gateway.Inside.WaitForMessagesAsync(1)).Single().Recipients);
    }

    [Fact]
    public async Task A_bounce_tells_the_sender_who_ordered_it()
    {
        await DeferredAsync();
        await OrderAsync(OrderKind.Bounce, "domain=example.com");
        var notification = System.Text.Encoding.ASCII.GetString((await _gateway.Bounces.WaitForMessagesAsync(1)).Single().Data);
        Assert.Contains("bounced by ann", notification, StringComparison.Ordinal);
        Assert.Contains("Status: 5.7.0", notification, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rerouted_delivery_goes_to_the_other_relay()
    {
        await DeferredAsync();
        Assert.Equal(1, (await OrderAsync(OrderKind.Reroute, "", destination: "relay:bounces")).Done);
        Assert.Equal(["c@example.com"], (await _gateway.Bounces.WaitForMessagesAsync(1)).Single().Recipients);
    }

    [Theory]
    [InlineData("queue?filter=colour=red", "filter: column 1: there is no field 'colour'")]
    [InlineData("queue/count?filter=size", "filter: column 5: an operator is expected")]
    [InlineData("queue?limit=0", "after has to be a number")]
    [InlineData("queue?after=x", "after has to be a number")]
    public async Task What_is_wrong_with_a_question_is_told(string question, string error)
    {
        var response = await _http.GetAsync(question);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.StartsWith(error, (await response.Content.ReadFromJsonAsync(QueueJson.Default.ErrorAnswer))!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"order":"reroute","by":"ann","filter":""}""", "reroute, and only that")]
    [InlineData("""{"order":"reroute","by":"ann","filter":"","destination":"relay:nowhere"}""", "reroute, and only that")]
    [InlineData("""{"order":"retry","by":"ann","filter":"","destination":"relay:inside"}""", "reroute, and only that")]
    [InlineData("""{"order":"drop","by":" ","filter":""}""", "who orders")]
    [InlineData("""{"order":"explode","by":"ann","filter":""}""", "the body is no order")]
    [InlineData("""{"order":"drop","by":"ann"}""", "the body is no order")]
    public async Task What_is_wrong_with_an_order_is_told(string order, string error)
    {
        using var content = new StringContent(order, System.Text.Encoding.UTF8, "application/json");
        var response = await _http.PostAsync("queue/orders", content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.StartsWith(error, (await response.Content.ReadFromJsonAsync(QueueJson.Default.ErrorAnswer))!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_token_or_under_another_name_nothing_is_told()
    {
        var url = new Uri(_gateway.Management, "queue");
        using var stranger = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(url)).StatusCode);
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", new string('0', 64));
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(url)).StatusCode);

        using var rebound = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Host = "gateway.attacker.example" } };
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.SendAsync(rebound)).StatusCode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_gateway.DataDirectory, "management.token")));
    }

    [Fact]
    public async Task The_token_stays_the_same_over_a_restart()
    {
        var before = ManagementToken.Read(_gateway.DataDirectory).Text;
        await _gateway.RestartAsync();
        Assert.Equal(before, ManagementToken.Read(_gateway.DataDirectory).Text);
    }

    /// <summary>Asks until the first attempt has failed.</summary>
    private async Task<DeliveryView> DeferredAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var answer = await _http.GetFromJsonAsync("queue?filter=state=deferred", QueueJson.Default.ListAnswer, patience.Token);
            if (answer!.Deliveries is [var delivery])
            {
                Assert.Equal(DeliveryState.Deferred, delivery.State);
                return delivery;
            }
        }
    }

    private async Task<OrderAnswer> OrderAsync(OrderKind kind, string filter, bool isDryRun = false, string? destination = null)
    {
        var order = new OrderRequest { Order = kind, By = "ann", Filter = filter, DryRun = isDryRun, Destination = destination };
        var response = await _http.PostAsync("queue/orders", JsonContent.Create(order, QueueJson.Default.OrderRequest));
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(QueueJson.Default.OrderAnswer))!;
    }
}
