#!/usr/bin/env escript
%% Records what OTP's supervisor does in random scenarios, for otp_traces_test to do the same.
%% SPDX-License-Identifier: MIT
%%! -noshell
%
% usage: otp_traces.escript SCENARIOS SEED >otp_traces.txt
%
% What a line means: otp_traces_test.c.
-module(otp_traces).
-mode(compile).
-export([main/1, init/1, start_worker/2]).

-define(IDS, [a, b, c, d, e]).
-define(STEPS, 12).

main([Scenarios, Seed]) ->
    logger:set_primary_config(level, none),
    rand:seed(exsss, list_to_integer(Seed)),
    process_flag(trap_exit, true),
    ets:new(starts, [named_table, public]),
    ets:new(notes, [named_table, public, ordered_set]),
    lists:foreach(fun(_) -> scenario() end, lists:seq(1, list_to_integer(Scenarios))),
    io:format("# OTP ~s~n", [erlang:system_info(otp_release)]).

one_of(List) -> lists:nth(rand:uniform(length(List)), List).

%% ---------------------------------------------------------------------------------- workers

note(Id, What) -> ets:insert(notes, {erlang:unique_integer([monotonic]), [atom_to_list(Id), What]}).

start_worker(Id, {First, Count, How}) ->
    Start = ets:update_counter(starts, Id, 1, {Id, 0}),
    case Start >= First andalso Start < First + Count of
        true when How =:= e -> {error, refused};
        true -> ignore;
        false -> proc_lib:start_link(erlang, apply, [fun() -> begin_work(Id) end, []])
    end.

begin_work(Id) ->
    process_flag(trap_exit, true),
    note(Id, "+"),
    proc_lib:init_ack({ok, self()}),
    receive
        {'EXIT', _, Reason} -> note(Id, "-"), exit(Reason);
        {leave, Reason} -> note(Id, "-"), exit(Reason)
    end.

%% ---------------------------------------------------------------------------------- specs

child(Id, Auto) ->
    Restart = one_of([permanent, permanent, transient, transient, temporary]),
    Significant = Auto =/= never andalso Restart =/= permanent andalso rand:uniform(2) =:= 1,
    Fails = case rand:uniform(4) of
                1 -> {rand:uniform(3), rand:uniform(3), one_of([e, e, i])};
                _ -> {0, 0, o}
            end,
    #{id => Id, start => {?MODULE, start_worker, [Id, Fails]}, restart => Restart, significant => Significant}.

init(Spec) -> {ok, Spec}.

write_child(Letter, #{id := Id, restart := Restart, significant := Significant, start := {_, _, [_, {First, Count, How}]}}) ->
    io:format("~s ~s ~s ~w ~w ~w ~s~n", [Letter, Id, Restart, bit(Significant), First, Count, How]).

bit(true) -> 1;
bit(false) -> 0.

%% ---------------------------------------------------------------------------------- what is seen

%% Until nothing is on its way: no child waits to be restarted, and the same is seen twice.
settled(Supervisor, Before) ->
    timer:sleep(1),
    Seen = try supervisor:which_children(Supervisor) catch exit:_ -> dead end,
    Waits = Seen =/= dead andalso lists:keymember(restarting, 2, Seen),
    case {Waits, {Seen, ets:info(notes, size)}} of
        {false, Before} -> Seen;
        {_, Now} -> settled(Supervisor, Now)
    end.

write_seen(Result, Supervisor) ->
    Seen = settled(Supervisor, none),
    Notes = [Note || {_, Note} <- ets:tab2list(notes)],
    ets:delete_all_objects(notes),
    io:format("= ~s ~s", [Result, case Notes of [] -> "."; _ -> Notes end]),
    case Seen of
        dead -> io:format(" ~s~n", [end_of(Supervisor)]);
        _ -> [io:format(" ~s~s", [Id, starts(Id, Pid)]) || {Id, Pid, _, _} <- lists:reverse(Seen)], io:nl()
    end,
    Seen.

starts(_, undefined) -> "-";
starts(Id, _) -> integer_to_list(ets:lookup_element(starts, Id, 2)).

end_of(Supervisor) ->
    receive {'EXIT', Supervisor, Reason} -> case Reason of shutdown -> "shutdown"; _ -> "error" end
    after 1000 -> "lost" end.

%% ---------------------------------------------------------------------------------- scenarios

scenario() ->
    ets:delete_all_objects(starts),
    ets:delete_all_objects(notes),
    Auto = one_of([never, never, any_significant, all_significant]),
    Flags = #{strategy => one_of([one_for_one, one_for_all, rest_for_one]), intensity => rand:uniform(6) - 1,
              period => 100000, auto_shutdown => Auto},
    Children = [child(Id, Auto) || Id <- lists:sublist(?IDS, rand:uniform(4))],
    io:format("S ~s ~w ~s~n", [maps:get(strategy, Flags), maps:get(intensity, Flags), Auto]),
    lists:foreach(fun(Child) -> write_child("C", Child) end, Children),
    case supervisor:start_link(?MODULE, {Flags, Children}) of
        {ok, Supervisor} -> steps(Supervisor, write_seen(ok, Supervisor), Auto, ?STEPS);
        {error, _} ->
            receive {'EXIT', _, _} -> ok after 100 -> ok end,
            Notes = [Note || {_, Note} <- ets:tab2list(notes)],
            io:format("= error ~s error~n", [case Notes of [] -> "."; _ -> Notes end])
    end.

steps(_, dead, _, _) -> ok;
steps(Supervisor, _, _, 0) ->
    io:format("Q~n"),
    exit(Supervisor, shutdown),
    receive {'EXIT', Supervisor, Reason} -> self() ! {'EXIT', Supervisor, Reason} end,
    write_seen(ok, Supervisor);
steps(Supervisor, Seen, Auto, Left) ->
    Running = [{Id, Pid} || {Id, Pid, _, _} <- Seen, is_pid(Pid)],
    Result = case rand:uniform(10) of
                 N when N =< 5, Running =/= [] -> leave(one_of(Running));
                 6 -> call("T", terminate_child, Supervisor);
                 7 -> call("B", restart_child, Supervisor);
                 8 -> call("D", delete_child, Supervisor);
                 9 -> Child = child(one_of(?IDS), Auto), write_child("A", Child), said(supervisor:start_child(Supervisor, Child));
                 _ -> call("T", terminate_child, Supervisor)
             end,
    steps(Supervisor, write_seen(Result, Supervisor), Auto, Left - 1).

leave({Id, Pid}) ->
    How = one_of([normal, shutdown, crash, crash, crash]),
    io:format("X ~s ~s~n", [Id, How]),
    Monitor = monitor(process, Pid),
    Pid ! {leave, How},
    receive {'DOWN', Monitor, _, _, _} -> ok end,
    ok.

call(Letter, Function, Supervisor) ->
    Id = one_of(?IDS),
    io:format("~s ~s~n", [Letter, Id]),
    said(supervisor:Function(Supervisor, Id)).

said(ok) -> ok;
said({ok, undefined}) -> ignore;
said({ok, _}) -> ok;
said({error, {already_started, _}}) -> running;
said({error, already_present}) -> present;
said({error, running}) -> running;
said({error, restarting}) -> restarting;
said({error, not_found}) -> not_found;
said({error, _}) -> error.
