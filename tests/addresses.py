"""Every address, and who gets which answer: read by tests/test_access.py, walked by the canary and by axe."""

# address, the rows it is about | GET | POST with nothing filled in; several lines where it depends on the row.
# An answer is "ours / theirs / outside". Ours, of Hiratsuka, whose rows these are: salesperson, assistant, manager,
# admin. Theirs, of Yokohama: salesperson, manager; where left out, as ours. Outside: a visitor, and a person signed in
# who works nowhere; where left out, "door 403": the door is the page for signing in. One word stands for all of a
# group; 405 alone stands for everybody, but whoever is outside may be stopped at the door before.
TABLE = """
# The way in
health                                             | 200 / 200 / 200                  | 405
account_login                                      | 302 / 302 / 200 302              | 302 / 302 / 200 302
account_logout                                     | 200 / 200 / door 200             | door / door / door
account_change_password                            | 200 / 200 / door 200             | 200 / 200 / door 200
set_language                                       | 302 / 302 / 302                  | 302 / 302 / 302
setup                                              | 404 / 404 / 404                  | 404 / 404 / door
# Stores and people
stores:list                                        | 200                              | 405
stores:new                                         | 403 403 403 200 / 403            | 403 403 403 422 / 403
stores:detail pk=store                             | 200 / 404                        | 405
stores:edit pk=store                               | 403 403 200 200 / 404            | 403 403 422 422 / 404
stores:dates-add pk=store                          | 405                              | 403 403 422 422 / 404
stores:dates-remove pk=store                       | 405                              | 403 403 302 302 / 404
escalation:rules store_pk=store                    | 403 403 200 200 / 404            | 403 403 422 422 / 404
escalation:retirement store_pk=store pk=escalation_rule | 405                         | 403 403 302 302 / 404
escalation:comeback store_pk=store pk=escalation_rule | 405                           | 403 403 302 302 / 404
giving:rules store_pk=store                        | 403 403 200 200 / 404            | 403 403 422 422 / 404
giving:standing store_pk=store                     | 200 / 404                        | 405
giving:retirement store_pk=store pk=lead_rule      | 405                              | 403 403 302 302 / 404
stores:staff                                       | 200                              | 405
stores:staff-new                                   | 403 403 200 200 / 403 200        | 403 403 422 422 / 403 422
stores:staff-detail pk=colleague                   | 200 / 404                        | 405
stores:staff-detail pk=owner                       | 200 / 404                        | 405
stores:staff-detail pk=admin                       | 404 404 404 200 / 404            | 405
stores:staff-edit pk=colleague                     | 403 403 200 200 / 404            | 403 403 422 422 / 404
stores:staff-edit pk=owner                         | 403 403 200 200 / 404            | 403 403 422 422 / 404
stores:staff-edit pk=admin                         | 404 404 404 200 / 404            | 404 404 404 422 / 404
stores:staff-password pk=colleague                 | 403 403 200 200 / 404            | 403 403 422 422 / 404
stores:staff-password pk=owner                     | 403 403 200 200 / 404            | 403 403 422 422 / 404
stores:staff-unlocking pk=colleague                | 405                              | 403 403 302 302 / 404
stores:staff-unlocking pk=admin                    | 405                              | 404 404 404 302 / 404
stores:staff-leaving pk=colleague                  | 403 403 200 200 / 404            | 403 403 302 302 / 404
stores:staff-leaving pk=admin                      | 404 404 404 422 / 404            | 404 404 404 422 / 404
stores:staff-leaving pk=manager                    | 403 403 422 200 / 404            | 403 403 422 302 / 404
stores:staff-return pk=colleague                   | 405                              | 403 403 302 302 / 404
stores:days-off-add pk=colleague                   | 405                              | 403 403 422 422 / 404
stores:days-off-add pk=owner                       | 405                              | 422 403 422 422 / 404
stores:days-off-remove pk=colleague                | 405                              | 403 403 302 302 / 404
stores:days-off-remove pk=owner                    | 405                              | 302 403 302 302 / 404
# House rules: read by everybody, changed by administrators
house:rules                                        | 200                              | 405
house:fields                                       | 403 403 403 405 / 403            | 403 403 403 302 / 403
house:add name=content-kinds                       | 403 403 403 405 / 403            | 403 403 403 422 / 403
house:edit name=content-kinds pk=kind              | 403 403 403 200 / 403            | 403 403 403 422 / 403
house:edit name=nothing pk=kind                    | 403 403 403 404 / 403            | 403 403 403 404 / 403
house:position name=content-kinds pk=kind          | 403 403 403 405 / 403            | 403 403 403 302 / 403
house:retirement name=content-kinds pk=kind        | 403 403 403 405 / 403            | 403 403 403 302 / 403
house:return name=content-kinds pk=kind            | 403 403 403 405 / 403            | 403 403 403 302 / 403
# The customer book
customers:list                                     | 200                              | 405
customers:new-lead                                 | 200                              | 422
customers:alike                                    | 200                              | 405
customers:edit pk=customer                         | 200 / 404                        | 422 / 404
customers:part pk=customer key=name                | 200 / 404                        | 422 / 404
customers:part pk=customer key=reach               | 200 / 404                        | 302 / 404
customers:part pk=customer key=hours               | 200 / 404                        | 302 / 404
customers:part pk=customer key=home                | 200 / 404                        | 302 / 404
customers:part pk=customer key=person              | 200 / 404                        | 302 / 404
customers:part pk=customer key=note                | 200 / 404                        | 302 / 404
customers:part pk=customer key=company             | 404                              | 404
customers:part pk=customer key=nothing             | 404                              | 404
customers:postcode                                 | 200                              | 405
customers:kana                                     | 200                              | 405
customers:required                                 | 403 403 403 200 / 403            | 403 403 403 302 / 403
customers:facts pk=customer                        | 200 / 404                        | 422 / 404
customers:fact pk=customer fact_pk=fact            | 405                              | 422 / 404
customers:fact-confirmation pk=customer fact_pk=fact | 405                              | 302 / 404
customers:fact-end pk=customer fact_pk=fact        | 405                              | 302 / 404
customers:fact-return pk=customer fact_pk=ended_fact | 405                              | 302 / 404
customers:family pk=customer                       | 200 / 404                        | 422 / 404
customers:family-member pk=customer member_pk=family_member | 200 / 404                | 422 / 404
customers:family-removal pk=customer member_pk=family_member | 405                     | 302 / 404
customers:family-return pk=customer member_pk=family_member | 405                      | 302 / 404
customers:consents pk=customer                     | 200 / 404                        | 422 / 404
customers:referrals pk=customer                    | 200 / 404                        | 302 / 404
customers:vehicles                                 | 200                              | 405
customers:new-vehicle customer_pk=customer         | 200 / 404                        | 422 / 404
merging:duplicates                                 | 403 403 200 200 / 403 200        | 405
merging:dismissal pk=duplicate                     | 405                              | 403 403 302 302 / 403 404
merging:reopening pk=duplicate                     | 405                              | 403 403 302 302 / 403 404
merging:find pk=customer                           | 403 403 200 200 / 403 404        | 405
merging:merge pk=customer other_pk=second_customer | 403 403 200 200 / 403 404        | 403 403 422 422 / 403 404
merging:merged pk=merge                            | 403 403 200 200 / 403 404        | 405
merging:undo pk=merge                              | 405                              | 403 403 302 302 / 403 404
merging:store pk=customer                          | 403 403 200 200 / 403 404        | 403 403 422 422 / 403 404
customers:import                                   | 403 200 200 200 / 403 200        | 403 422 422 422 / 403 422
customers:import-file pk=import_file               | 403 200 200 200 / 404            | 405
customers:import-file pk=import_working            | 403 200 200 200 / 404            | 405
customers:import-file pk=import_failed             | 403 200 200 200 / 404            | 405
customers:import-file pk=import_unusable           | 403 200 200 200 / 404            | 405
customers:import-file pk=import_saved              | 403 200 200 200 / 404            | 405
customers:import-file pk=import_undone             | 403 200 200 200 / 404            | 405
customers:import-file pk=import_nameless           | 403 302 302 302 / 404            | 405
customers:import-progress pk=import_working        | 403 200 200 200 / 404            | 405
customers:import-progress pk=import_file           | 403 302 302 302 / 404            | 405
customers:import-columns pk=import_file            | 403 200 200 200 / 404            | 403 422 422 422 / 404
customers:import-columns pk=import_nameless        | 403 200 200 200 / 404            | 403 422 422 422 / 404
customers:import-columns pk=import_saved           | 403 409 409 409 / 404            | 403 409 409 409 / 404
customers:import-people pk=import_file             | 405                              | 403 302 302 302 / 404
customers:import-people pk=import_saved            | 405                              | 403 409 409 409 / 404
customers:import-decision pk=import_file number=3  | 405                              | 403 404 404 404 / 404
customers:import-decision pk=import_file number=3 &decision=skip | 405 | 403 302 302 302 / 404
customers:import-decisions pk=import_file &decision=skip | 405                              | 403 302 302 302 / 404
customers:import-to-mend pk=import_file kind=csv   | 403 200 200 200 / 404            | 405
customers:import-to-mend pk=import_file kind=xlsx  | 403 200 200 200 / 404            | 405
customers:import-to-mend pk=import_file kind=nothing | 403 404 404 404 / 404            | 405
customers:import-saving pk=import_file             | 405                              | 403 409 409 409 / 404
customers:import-saving pk=import_file &seen=import_file.fingerprint | 405 | 403 302 302 302 / 404
customers:import-again pk=import_file              | 405                              | 403 409 409 409 / 404
customers:import-again pk=import_failed            | 405                              | 403 302 302 302 / 404
customers:import-removal pk=import_file            | 405                              | 403 302 302 302 / 404
customers:import-removal pk=import_saved           | 405                              | 403 409 409 409 / 404
customers:import-undoing pk=import_saved           | 403 200 200 200 / 404            | 403 302 302 302 / 404
customers:import-undoing pk=import_file            | 403 409 409 409 / 404            | 403 409 409 409 / 404
customers:export what=customers                    | 403 403 200 200 / 403 200        | 403 403 422 422 / 403 422
customers:export what=vehicles                     | 403 403 200 200 / 403 200        | 403 403 422 422 / 403 422
customers:export what=deals                        | 403 403 200 200 / 403 200        | 403 403 422 422 / 403 422
customers:export what=nothing                      | 403 403 404 404 / 403 404        | 403 403 404 404 / 403 404
customers:retention                                | 403 403 403 200 / 403            | 403 403 403 422 / 403
customers:retention-due                            | 403 403 403 200 / 403            | 405
customers:exports                                  | 403 403 200 200 / 403 200        | 405
customers:edit-vehicle pk=vehicle                  | 200 / 404                        | 422 / 404
# Ranks: proposals and by hand, by managers; their rules, by administrators
ranks:proposals                                    | 403 403 200 200 / 403 200        | 403 403 405 405 / 403 405
ranks:decisions                                    | 403 403 405 405 / 403 405        | 403 403 400 400 / 403 400
ranks:decisions &do=dismiss                        | 403 403 405 405 / 403 405        | 403 403 302 302 / 403 302
ranks:undo pk=rank_decision                        | 403 403 405 405 / 403 405        | 403 403 302 404 / 403 404
ranks:customer pk=customer                         | 200 / 404                        | 403 403 422 422 / 404
ranks:customer pk=second_customer                  | 200 / 404                        | 403 403 422 422 / 404
ranks:release pk=second_customer                   | 405                              | 403 403 302 302 / 404
rank_rules:rules                                   | 403 403 200 200 / 403 200        | 403 403 403 422 / 403
# Patterns: a store's own, and the group's
patterns:matrix                                    | 200                              | 405
patterns:cell pk=copy position=1 rank=0            | 403 403 200 200 / 404            | 403 403 422 422 / 404
patterns:cell pk=copy position=9 rank=0            | 403 403 404 404 / 404            | 403 403 404 404 / 404
patterns:cell pk=group_pattern position=1 rank=0   | 403 403 403 200 / 403            | 403 403 403 422 / 403
patterns:list                                      | 200                              | 405
patterns:new                                       | 403 403 200 200 / 403 200        | 403 403 422 422 / 403 422
patterns:preview_new                               | 403 403 405 405 / 403 405        | 403 403 200 200 / 403 200
patterns:pattern pk=pattern                        | 200 / 404                        | 405
patterns:pattern pk=group_pattern                  | 200                              | 405
patterns:edit pk=pattern                           | 403 403 200 200 / 404            | 403 403 422 422 / 404
patterns:edit pk=group_pattern                     | 403 403 403 200 / 403            | 403 403 403 422 / 403
patterns:preview pk=pattern                        | 405                              | 403 403 200 200 / 404
patterns:preview pk=group_pattern                  | 405                              | 403 403 403 200 / 403
patterns:version pk=pattern number=1               | 200 / 404                        | 405
patterns:version pk=group_pattern number=1         | 200                              | 405
patterns:differences pk=pattern number=1           | 200 / 404                        | 405
patterns:differences pk=pattern number=2           | 404                              | 405
patterns:differences pk=copy number=2              | 200 / 404                        | 405
patterns:differences pk=group_pattern number=1     | 200                              | 405
patterns:version_return pk=pattern number=1        | 403 403 200 200 / 404            | 403 403 302 302 / 404
patterns:version_return pk=copy number=1           | 403 403 200 200 / 404            | 403 403 409 409 / 404
patterns:version_return pk=pattern number=2        | 403 403 404 404 / 404            | 403 403 404 404 / 404
patterns:version_return pk=group_pattern number=1  | 403 403 403 200 / 403            | 403 403 403 302 / 403
patterns:moving pk=pattern number=1                | 403 403 200 200 / 404            | 403 403 302 302 / 404
patterns:moving pk=copy number=2                   | 403 403 200 200 / 404            | 403 403 302 302 / 404
patterns:moving pk=pattern number=2                | 403 403 404 404 / 404            | 403 403 404 404 / 404
patterns:moving pk=group_pattern number=1          | 403 403 403 200 / 403            | 403 403 403 302 / 403
patterns:foresight pk=pattern                      | 403 403 200 200 / 403 404        | 403 403 405 405 / 403 405
patterns:foresight pk=group_pattern                | 403 403 200 200 / 403 200        | 403 403 405 405 / 403 405
patterns:history pk=pattern                        | 200 / 404                        | 405
patterns:history pk=copy                           | 200 / 404                        | 405
patterns:history pk=group_pattern                  | 200                              | 405
patterns:history pk=copied_pattern                 | 200                              | 405
patterns:pattern pk=copied_pattern                 | 200                              | 405
patterns:retirement pk=copied_pattern              | 403 403 403 200 / 403            | 403 403 403 302 / 403
patterns:group pk=copy                             | 200 / 404                        | 405
patterns:group pk=pattern                          | 404                              | 405
patterns:group pk=group_pattern                    | 404                              | 405
patterns:takeover pk=copy                          | 405                              | 403 403 422 422 / 404
patterns:takeover pk=pattern                       | 405                              | 403 403 404 404 / 404
patterns:takeover pk=group_pattern                 | 405                              | 403 403 403 404 / 403
patterns:keeping pk=copy &version=1                | 405                              | 403 403 302 302 / 404
patterns:keeping pk=copy                           | 405                              | 403 403 404 404 / 404
patterns:keeping pk=pattern &version=1             | 405                              | 403 403 404 404 / 404
patterns:name pk=pattern                           | 403 403 200 200 / 404            | 403 403 422 422 / 404
patterns:name pk=group_pattern                     | 403 403 403 200 / 403            | 403 403 403 422 / 403
patterns:copies pk=pattern &store=hiratsuka        | 405                              | 403 / 404
patterns:copies pk=group_pattern &store=hiratsuka  | 405                              | 403 403 302 302 / 404
patterns:copies pk=group_pattern &store=yokohama   | 405                              | 404 404 404 302 / 403 302
patterns:retirement pk=pattern                     | 403 403 200 200 / 404            | 403 403 302 302 / 404
patterns:retirement pk=group_pattern               | 403 403 403 200 / 403            | 403 403 403 302 / 403
patterns:rule_new pk=pattern                       | 403 403 200 200 / 404            | 403 403 422 422 / 404
patterns:rule_new pk=group_pattern                 | 403 403 403 200 / 403            | 403 403 403 422 / 403
patterns:rule_retirement pk=pattern rule_pk=rule   | 405                              | 403 403 302 302 / 404
patterns:rule_comeback pk=pattern rule_pk=rule     | 405                              | 403 403 302 302 / 404
patterns:pattern pk=copy                           | 200 / 404                        | 405
patterns:retirement pk=copy                        | 403 403 200 200 / 404            | 403 403 302 302 / 404
patterns:comeback pk=pattern                       | 405                              | 403 403 302 302 / 404
patterns:comeback pk=group_pattern                 | 405                              | 403 403 403 302 / 403
# What was done to many: seen by whoever did it and the managers of the store
batches:list                                       | 200                              | 405
batches:batch pk=batch                             | 200 404 200 200 / 404            | 405
batches:pause pk=batch                             | 405                              | 302 404 302 302 / 404
batches:resumption pk=batch                        | 405                              | 302 404 302 302 / 404
batches:cancellation pk=batch                      | 405                              | 302 404 302 302 / 404
batches:undo pk=batch                              | 405                              | 302 404 302 302 / 404
# The board, customers and deals
todo:home                                          | 302                              | 405
todo:board                                         | 200                              | 405
todo:counts                                        | 200                              | 405
todo:keys                                          | 200                              | 405
todo:keys-setting                                  | 405                              | 302
todo:task pk=task                                  | 200 / 404                        | 405
todo:task-result pk=task                           | 405                              | 422 / 404
todo:task-contact pk=task                          | 405                              | 422 / 404
todo:task-assignee pk=task                         | 405                              | 302 / 404
todo:task-cancellation pk=task                     | 405                              | 422 / 404
todo:task-placement pk=task                        | 200 / 404                        | 422 / 404
todo:task-placement-undo pk=task way_back=none     | 405                              | 302 / 404
todo:task-release pk=task                          | 405                              | 302 / 404
todo:reply pk=reply                                | 200 / 404                        | 405
todo:reply-answer pk=reply                         | 405                              | 422 / 404
todo:reply-contact pk=reply                        | 405                              | 422 / 404
todo:reply-closing pk=reply                        | 405                              | 422 / 404
todo:lead-settle pk=lead                           | 405                              | 422 / 404
todo:lead-settle pk=deal                           | 405                              | 302 / 404
todo:lead-choice pk=lead                           | 200 / 404                        | 405
todo:lead-unsettle pk=lead                         | 405                              | 302 / 404
todo:prepared pk=follow_up                         | 200 / 404                        | 405
todo:act pk=act                                    | 200 404 404 404 / 404            | 405
todo:search                                        | 200                              | 405
todo:customers-follow-ups                          | 302                              | 302
todo:customer pk=customer                          | 200 / 404                        | 405
todo:customer-assign pk=customer                   | 200 403 200 200 / 404            | 302 403 302 302 / 404
todo:customer-contact customer_pk=customer         | 200 / 404                        | 422 / 404
todo:customer-inbound customer_pk=customer         | 200 / 404                        | 422 / 404
todo:customer-appointment customer_pk=customer     | 200 / 404                        | 422 / 404
todo:customer-follow-up customer_pk=customer       | 200 / 404                        | 422 / 404
todo:customer-closing pk=customer                  | 403 403 200 200 / 404            | 403 403 422 422 / 404
todo:customer-reopening pk=customer                | 405                              | 403 403 302 302 / 404
todo:customer-data pk=customer                     | 403 403 200 200 / 404            | 403 403 422 422 / 404
todo:customer-disclosure pk=customer               | 405                              | 403 403 200 200 / 404
todo:cards                                         | 200                              | 422
todo:card pk=card                                  | 200 / 404                        | 422 / 404
todo:card pk=typed_card                            | 200 / 404                        | 409 / 404
todo:card-picture pk=card                          | 200 / 404                        | 405
todo:card-picture pk=typed_card                    | 404                              | 405
todo:card-typing pk=card                           | 405                              | 204 / 404
todo:card-drop pk=card                             | 405                              | 302 / 404
todo:card-comeback pk=card                         | 405                              | 302 / 404
todo:deals                                         | 200                              | 405
todo:deal pk=deal                                  | 200 / 404                        | 405
todo:deal-assign pk=deal                           | 200 403 200 200 / 404            | 302 403 302 302 / 404
todo:deal-assign pk=lead                           | 200 / 404                        | 302 / 404
todo:deal-stage pk=deal stage=estimate             | 200 / 404                        | 302 / 404
todo:deal-stage pk=deal stage=order                | 200 / 404                        | 422 / 404
todo:deal-stage pk=deal stage=nothing              | 404                              | 404
todo:deal-facts pk=deal                            | 200 / 404                        | 422 / 404
todo:deal-facts pk=lost_deal                       | 403 403 200 200 / 404            | 403 403 422 422 / 404
todo:deal-lose pk=deal                             | 200 / 404                        | 422 / 404
todo:deal-estimate pk=deal                         | 200 / 404                        | 422 / 404
todo:deal-estimate pk=lost_deal                    | 403 403 200 200 / 404            | 403 403 422 422 / 404
todo:estimate-sending pk=offer                     | 405                              | 302 / 404
todo:estimate-withdrawal pk=offer                  | 405                              | 302 / 404
todo:estimate-return pk=offer                      | 405                              | 302 / 404
deals:stages                                       | 403 403 403 200 / 403            | 403 403 403 422 / 403
deals:targets                                      | 200                              | 405
deals:targets-edit store_pk=store span=2026-11     | 403 403 200 200 / 404            | 403 403 302 302 / 404
deals:targets-edit store_pk=store span=2026        | 403 403 200 200 / 404            | 403 403 302 302 / 404
deals:targets-edit store_pk=store span=nothing     | 403 403 404 404 / 404            | 403 403 404 404 / 404
deals:period                                       | 403 403 403 200 / 403            | 403 403 403 422 / 403
todo:deal-reopen pk=deal                           | 405                              | 302 / 404
todo:deal-reopen pk=lost_deal                      | 405                              | 302 / 404
todo:deal-contact deal_pk=deal                     | 200 / 404                        | 422 / 404
todo:deal-inbound deal_pk=deal                     | 200 / 404                        | 422 / 404
todo:deal-appointment deal_pk=deal                 | 200 / 404                        | 422 / 404
todo:deal-follow-up deal_pk=deal                   | 200 / 404                        | 422 / 404
# Figures
reports:figures                                    | 200                              | 405
reports:reach                                      | 200                              | 405
reports:reach-file what=groups ending=csv          | 200                              | 405
reports:reach-file what=people ending=csv          | 200                              | 405
reports:reach-file what=groups ending=nothing      | 404                              | 405
reports:people ending=csv                          | 200                              | 405
reports:people ending=xlsx                         | 200                              | 405
reports:people ending=nothing                      | 404                              | 405
reports:trend-file ending=csv                      | 200                              | 405
reports:trend-file ending=nothing                  | 404                              | 405
reports:rows slug=execution                        | 200                              | 405
reports:rows slug=input                            | 200                              | 405
reports:rows slug=reach                            | 200                              | 405
reports:rows slug=vehicles                         | 200                              | 405
reports:rows slug=sold                             | 200                              | 405
reports:rows slug=contacts                         | 200                              | 405
reports:rows slug=met                              | 200                              | 405
reports:rows slug=nothing                          | 404                              | 405
reports:rows-file slug=execution ending=csv        | 405                              | 403 403 200 200 / 403 200
reports:rows-file slug=nothing ending=csv          | 405                              | 403 403 404 404 / 403 404
reports:rows-file slug=reach ending=nothing        | 405                              | 403 403 404 404 / 403 404
reports:rows slug=leads                            | 200                              | 405
reports:reason part=tasks pk=task                  | 200 403 200 200 / 404            | 302 403 302 302 / 404
reports:reason part=contacts pk=contact            | 404                              | 404
reports:reason part=nothing pk=task                | 404                              | 404
reports:morning                                    | 200                              | 405
reports:morning-mail                               | 405                              | 403 403 302 302 / 403 302
reports:morning-sharing pk=morning                 | 405                              | 403 403 302 302 / 404
reports:morning-unsharing pk=morning               | 405                              | 403 403 302 302 / 404
reports:morning-read pk=morning                    | 405                              | 302 / 404
reports:morning-again pk=morning                   | 405                              | 403 403 302 302 / 404
reports:heard                                      | 200                              | 405
reports:heard-contents                             | 403 403 403 200 / 403            | 403 403 403 302 / 403
reports:heard-contact pk=contact                   | 200 / 404                        | 302 / 404
reports:heard-settled pk=contact                   | 405                              | 302 / 404
reports:heard-reopened pk=contact                  | 405                              | 302 / 404
reports:rows slug=calls                            | 200                              | 405
reports:rows slug=step-replied                     | 200                              | 405
reports:patterns                                   | 200                              | 405
reports:patterns-file ending=csv                   | 200                              | 405
reports:patterns-file ending=nothing               | 404                              | 405
reports:pattern pk=pattern                         | 200 / 404                        | 405
reports:pattern-file pk=pattern ending=csv         | 200 / 404                        | 405
reports:pattern-file pk=pattern ending=nothing     | 404                              | 405
reports:outcome                                    | 200                              | 405
reports:outcome-file ending=csv                    | 200                              | 405
reports:outcome-file ending=nothing                | 404                              | 405
reports:way                                        | 403 403 200 200 / 403 200        | 405
reports:way-file what=stages ending=csv            | 403 403 404 404 / 403 404        | 405
reports:way-file what=nothing ending=csv           | 403 403 404 404 / 403 404        | 405
reports:rows slug=way-reached                      | 404                              | 405
reports:rows slug=script-spoke                     | 404                              | 405
reports:rows-file slug=way-reached ending=csv      | 405                              | 403 403 404 404 / 403 404
# Scripts, good examples, role-plays
scripts:list                                       | 200                              | 405
scripts:new                                        | 403 403 200 200 / 403 200        | 403 403 422 422 / 403 422
scripts:script pk=script                           | 200 / 404                        | 405
scripts:script pk=group_script                     | 200                              | 405
scripts:edit pk=script                             | 403 403 200 200 / 404            | 403 403 422 422 / 404
scripts:edit pk=group_script                       | 403 403 403 200 / 403            | 403 403 403 422 / 403
scripts:name pk=script                             | 403 403 200 200 / 404            | 403 403 422 422 / 404
scripts:name pk=group_script                       | 403 403 403 200 / 403            | 403 403 403 422 / 403
scripts:version pk=script number=1                 | 200 / 404                        | 405
scripts:version pk=script number=9                 | 404                              | 405
scripts:version-return pk=script number=1          | 405                              | 403 403 302 302 / 404
scripts:version-return pk=script number=9          | 405                              | 403 403 404 404 / 404
scripts:version-return pk=group_script number=1    | 405                              | 403 403 403 302 / 403
scripts:retirement pk=script                       | 405                              | 403 403 302 302 / 404
scripts:retirement pk=group_script                 | 405                              | 403 403 403 302 / 403
scripts:comeback pk=script                         | 405                              | 403 403 302 302 / 404
scripts:examples                                   | 200                              | 405
scripts:example-mark pk=contact                    | 403 403 200 200 / 404            | 403 403 422 422 / 404
scripts:example-mark pk=unfinished                 | 200 403 200 200 / 404            | 422 403 422 422 / 404
scripts:example-sharing pk=example                 | 405                              | 403 403 302 302 / 404
scripts:example-sharing pk=proposal                | 405                              | 403 404 302 302 / 404
scripts:example-end pk=example                     | 405                              | 403 403 302 302 / 404
scripts:example-end pk=proposal                    | 405                              | 302 404 302 302 / 404
scripts:example-return pk=example                  | 405                              | 403 403 302 302 / 404
scripts:example-return pk=proposal                 | 405                              | 302 404 302 302 / 404
scripts:role-plays                                 | 200                              | 405
scripts:role-play-new                              | 200                              | 422
scripts:role-play pk=role_play                     | 200 404 200 200 / 404            | 422 404 422 422 / 404
scripts:role-play-undo pk=role_play                | 405                              | 302 404 302 302 / 404
scripts:role-play-cancellation pk=role_play        | 405                              | 302 404 302 302 / 404
scripts:role-play-return pk=role_play              | 405                              | 302 404 302 302 / 404
# The manager's desk, and what people are told
todo:desk                                          | 403 403 200 200 / 403 200        | 405
todo:desk-rows what=tasks                          | 403 403 200 200 / 403 200        | 405
todo:desk-rows what=leads                          | 403 403 200 200 / 403 200        | 405
todo:desk-rows what=replies                        | 403 403 200 200 / 403 200        | 405
todo:desk-rows what=deals                          | 403 403 200 200 / 403 200        | 405
todo:desk-rows what=reviews                        | 403 403 200 200 / 403 200        | 405
todo:desk-rows what=checks                         | 403 403 200 200 / 403 200        | 405
todo:desk-rows what=nothing                        | 403 403 404 404 / 403 404        | 405
todo:desk-hand-over what=tasks                     | 405                              | 403 403 302 302 / 403 302
todo:desk-hand-over what=tasks &row=task           | 405                              | 403 403 200 200 / 403 302
todo:desk-pattern what=tasks                       | 405                              | 403 403 302 302 / 403 302
todo:desk-pattern what=tasks &row=task             | 405                              | 403 403 200 200 / 403 302
todo:desk-reminder what=replies                    | 405                              | 403 403 302 302 / 403 302
todo:desk-reminder what=replies &row=reply         | 405                              | 403 403 200 200 / 403 302
todo:desk-review what=reviews                      | 405                              | 403 403 302 302 / 403 302
todo:desk-review what=tasks                        | 405                              | 403 403 404 404 / 403 404
todo:deal-review pk=deal                           | 403 403 200 200 / 404            | 403 403 302 302 / 404
todo:deal-review-comment pk=deal                   | 405                              | 403 403 422 422 / 404
todo:deal-review-request pk=deal                   | 405                              | 403 403 422 422 / 404
todo:review-undo pk=review                         | 405                              | 403 403 302 403 / 404
todo:check pk=check                                | 403 403 200 200 / 404            | 405
todo:check-result pk=check                         | 405                              | 403 403 422 422 / 404
todo:check-closing pk=check                        | 405                              | 403 403 422 422 / 404
todo:check-undo pk=check                           | 405                              | 403 403 302 302 / 404
handover:past pk=customer                          | 200 / 404                        | 405
handover:handover                                  | 403 403 200 200 / 403 200        | 403 403 422 422 / 403 422
todo:desk-act pk=act                               | 403 403 200 404 / 403 404        | 405
todo:desk-undo pk=act                              | 405                              | 403 403 302 404 / 403 404
notifications:list                                 | 200                              | 405
notifications:read-all                             | 405                              | 302
notifications:open pk=notification                 | 405                              | 302 404 404 404 / 404
todo:contact-correct pk=contact                    | 200 403 200 200 / 404            | 422 403 422 422 / 404
todo:contact-correct pk=reply                      | 403 403 200 200 / 404            | 403 403 422 422 / 404
todo:contact-complete pk=unfinished                | 200 / 404                        | 422 / 404
todo:contact-undo pk=contact                       | 405                              | 302 403 302 302 / 404
todo:follow-up-preparing pk=follow_up              | 200 / 404                        | 405
todo:follow-up-stop pk=follow_up                   | 405                              | 302 / 404
todo:follow-up-resume pk=follow_up                 | 405                              | 302 / 404
todo:follow-up-pause pk=follow_up                  | 200 / 404                        | 422 / 404
todo:follow-up-unpause pk=follow_up                | 405                              | 302 / 404
todo:follow-up-restart pk=follow_up                | 405                              | 302 / 404
todo:follow-up-base pk=follow_up                   | 200 / 404                        | 422 / 404
todo:follow-up-undo signed=none                    | 405                              | 404
"""
