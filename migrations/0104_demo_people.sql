-- Who was made for the demo: their password is in the documentation, so outside the sandbox the program does not start
-- while they are there. `.example` is reserved (RFC 2606), so nobody else has the address.
alter table users add column is_demo boolean not null default false;
update users set is_demo = true where email = 'maya@northwind.example';
update companies c set is_demo = true
  from members m join users u on u.id = m.id
 where m.company_id = c.id and u.is_demo and m.role = 'owner' and c.name = 'Northwind Roasters';
